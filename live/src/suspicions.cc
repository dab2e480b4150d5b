#include "suspicions.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "taskleak/internal/per_process.h"

namespace taskleak::live {
namespace {

struct Found {
  std::map<std::string, std::size_t> by_reason;
  std::optional<StuckCounts> stuck;
};

struct Suspicions {
  std::mutex mutex;
  std::map<const Findings*, Found> by_watch;
  std::set<std::string> reasons;  // all so far
  std::optional<std::uint64_t> stalls;
};

Suspicions& TheSuspicions() {
  constinit static internal::PerProcess<Suspicions> all;
  return all.Get();
}

template <typename Counts>
void TakeLarger(const Counts& counts, Counts& largest) {
  for (const auto& [key, count] : counts) largest[key] = std::max(largest[key], count);
}

}  // namespace

Findings::~Findings() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.by_watch.erase(this);
}

void Findings::SetSuspected(const std::string& reason, std::size_t units) {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.by_watch[this].by_reason[reason] = units;
  all.reasons.insert(reason);
}

void Findings::SetStuck(StuckCounts counts) {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  all.by_watch[this].stuck = std::move(counts);
}

std::map<std::string, std::size_t> Suspected() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  std::map<std::string, std::size_t> largest;
  for (const std::string& reason : all.reasons) largest[reason] = 0;
  for (const auto& [watch, found] : all.by_watch) TakeLarger(found.by_reason, largest);
  return largest;
}

std::optional<StuckCounts> Stuck() {
  Suspicions& all = TheSuspicions();
  const std::lock_guard lock(all.mutex);
  std::optional<StuckCounts> largest;
  for (const auto& [watch, found] : all.by_watch) {
    if (!found.stuck) continue;
    if (!largest) largest.emplace();
    TakeLarger(*found.stuck, *largest);
  }
  return largest;
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
