#include "suspicions.h"

#include <mutex>

#include "taskleak/internal/per_process.h"

namespace taskleak::live {
namespace {

struct Suspicions {
  std::mutex mutex;
  std::map<std::string, std::size_t> by_reason;
  std::optional<StuckCounts> stuck;
  std::optional<std::uint64_t> stalls;
};

Suspicions& TheSuspicions() {
  constinit static internal::PerProcess<Suspicions> all;
  return all.Get();
}

}  // namespace

void SetSuspected(const std::string& reason, std::size_t units) {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.by_reason[reason] = units;
}

std::map<std::string, std::size_t> Suspected() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  return all.by_reason;
}

void SetStuck(std::optional<StuckCounts> counts) {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.stuck = std::move(counts);
}

std::optional<StuckCounts> Stuck() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  return all.stuck;
}

void AddStalls(std::size_t turns) {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.stalls = all.stalls.value_or(0) + turns;
}

std::optional<std::uint64_t> StallsSoFar() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  return all.stalls;
}

}  // namespace taskleak::live
