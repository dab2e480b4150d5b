#include "suspicions.h"

#include <mutex>

namespace taskleak::live {
namespace {

struct Suspicions {
  std::mutex mutex;
  std::map<std::string, std::size_t> by_reason;
  std::optional<StuckCounts> stuck;
  std::optional<std::uint64_t> stalls;
};

Suspicions& All() {
  static auto* const all = new Suspicions();
  return *all;
}

}  // namespace

void SetSuspected(const std::string& reason, std::size_t units) {
  const std::lock_guard lock(All().mutex);
  All().by_reason[reason] = units;
}

std::map<std::string, std::size_t> Suspected() {
  const std::lock_guard lock(All().mutex);
  return All().by_reason;
}

void SetStuck(std::optional<StuckCounts> counts) {
  const std::lock_guard lock(All().mutex);
  All().stuck = std::move(counts);
}

std::optional<StuckCounts> Stuck() {
  const std::lock_guard lock(All().mutex);
  return All().stuck;
}

void AddStalls(std::size_t turns) {
  const std::lock_guard lock(All().mutex);
  All().stalls = All().stalls.value_or(0) + turns;
}

std::optional<std::uint64_t> StallsSoFar() {
  const std::lock_guard lock(All().mutex);
  return All().stalls;
}

}  // namespace taskleak::live
