#include "suspicions.h"

#include <mutex>

namespace taskleak::live {
namespace {

struct Suspicions {
  std::mutex mutex;
  std::map<std::string, std::size_t> by_reason;
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

}  // namespace taskleak::live
