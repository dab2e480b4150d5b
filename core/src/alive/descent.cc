#include "alive/descent.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linux/proc/thread_info.h"
#include "registry/origins_in_use.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"

namespace taskleak::alive {
namespace {

using registry::Origin;

// A thread's id is in its record only once it runs, which may take a while on a busy machine.
constexpr std::chrono::milliseconds kMostWait{20};

bool AreAllKnown(const std::vector<LiveThread>& threads,
                 const std::unordered_map<int, Origin>& origins) {
  return std::ranges::all_of(
      threads, [&](const LiveThread& thread) { return origins.contains(thread.id.tid); });
}

}  // namespace

std::vector<LiveThread> JudgedBy(Origin scope, std::vector<LiveThread> threads) {
  if (threads.empty()) return threads;
  auto origins = registry::OriginsOfThreads();
  if (!AreAllKnown(threads, origins) && registry::HasPendingBirths()) {
    registry::AwaitPendingBirths(kMostWait);
    origins = registry::OriginsOfThreads();
  }
  // The record of a thread goes with it. One that has ended since it was listed is not a leak, and
  // what it started is found by the next look.
  std::erase_if(threads, [&](const LiveThread& thread) {
    const auto origin = origins.find(thread.id.tid);
    if (origin == origins.end()) return platform::HasEnded(thread.id.tid);
    return !registry::Judges(scope, origin->second);
  });
  return threads;
}

bool IsAnythingLeft(Origin scope, const BirthMark& at) {
  bool left = std::ranges::any_of(registry::RunningRecords(), [&](const auto& record) {
    return record.serial < at.next_thread && !record.over && !record.adopted &&
           registry::Judges(scope, record.origin);
  });
  registry::ForEachTask(0, [&](const registry::TaskRecord& task) {
    left = left || (task.epoch < at.epoch && registry::Judges(scope, task.origin));
  });
  return left;
}

Heirs CountHeirsOfBackground() {
  Heirs heirs;
  for (const registry::ThreadRecord& record : registry::RunningRecords()) {
    if (!record.adopted && !record.over && registry::DescendsFromBackground(record.origin))
      ++heirs.threads;
  }
  registry::ForEachTask(0, [&heirs](const registry::TaskRecord& task) {
    if (registry::DescendsFromBackground(task.origin)) ++heirs.tasks;
  });
  return heirs;
}

}  // namespace taskleak::alive
