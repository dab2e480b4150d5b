#include "check/stuck.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "explain/inspect_task.h"
#include "linux/look/futex_call.h"
#include "linux/look/lock.h"
#include "linux/look/time_limit.h"
#include "linux/proc/thread_info.h"
#include "registry/own_threads.h"

// Proof that a thread that waits behind a deadlock is stuck. The report names the thread that holds
// a lock (Unit::held_by) only on two conditions: after the deadlocks had been shown, memory still
// named that thread, and the waiting one had not run since it was looked at
// (explain/wait_graph.cc). So at that moment it waited for a thread that would never run again. If
// it waits for the same lock without a time limit now, it has either done so ever since or tried
// again, and the lock is never unlocked.
namespace taskleak::check {
namespace {

using registry::TaskRecord;

// Calls `visit` for each unit of that kind.
template <typename Visit>
void ForEach(const LeakReport& report, UnitKind kind, Visit visit) {
  for (const LeakGroup& group : report.groups) {
    if (group.first().kind != kind) continue;
    for (const Unit& unit : group.units) visit(unit);
  }
}

// Returns whether the thread still waits, without a time limit, for the lock or the thread that the
// report names.
bool WaitsForEver(const Unit& thread) {
  const auto at = platform::ReadBlockedAt(static_cast<int>(thread.id));
  if (!at || at->running || !platform::IsInFutex(*at) || platform::HasTimeLimit(*at)) return false;
  if (thread.waits_at != 0)
    return at->arguments[0] - thread.waits_at < sizeof(pthread_rwlock_t);  // the largest lock
  const auto joined = platform::ReadJoin(*at);
  return joined && joined->holder == thread.held_by->id;
}

// Returns whether the thread joins one of taskleak's own. These wake no thread while they work, but
// a thread that joins them goes on when they end, as in the destructor of a live::Watch.
bool JoinsOne(const Unit& thread, const std::set<int>& own) {
  const auto at = platform::ReadBlockedAt(static_cast<int>(thread.id));
  const auto joined = at && !at->running ? platform::ReadJoin(*at) : std::nullopt;
  return joined && own.contains(joined->holder);
}

// Returns whether the process is shown to be still. Waits for taskleak's own threads, which soon
// sleep again.
bool IsShown(alive::Stillness& stillness, const std::set<int>& own) {
  constexpr int kMostLooks = 20;
  constexpr std::chrono::milliseconds kBetween{1};
  for (int looks = 1;; ++looks) {
    if (stillness.IsShown(std::nullopt)) return true;
    if (looks == kMostLooks || !own.contains(stillness.in_the_way())) return false;
    std::this_thread::sleep_for(kBetween);
  }
}

bool HasLost(const LeakReport& report) {
  bool any = false;
  ForEach(report, UnitKind::kTask,
          [&any](const Unit& task) { any = any || task.state == WaitState::kLost; });
  return any;
}

// Gives a coroutine time to be resumed: code that destroyed what the coroutine awaits may resume it
// in another way, right then or by an executor (alive/lost_tasks.h).
explain::TaskRecords TasksAfterAWhile() {
  constexpr std::chrono::milliseconds kLongEnough{50};
  std::this_thread::sleep_for(kLongEnough);
  return explain::AllTasks();
}

bool IsLostInBoth(const TaskRecord& then, const explain::TaskRecords& now) {
  const auto again = now.find(then.serial);
  return then.state == WaitState::kLost && again != now.end() &&
         again->second.state == WaitState::kLost && again->second.place == then.place;
}

}  // namespace

StuckUnits::StuckUnits(const LeakReport& alive) {
  AddDeadlocks(alive);
  AddThreadsBehind(alive);
  AddTasks(alive);
  AddSleepers(alive);
}

std::optional<StuckReason> StuckUnits::ReasonOf(const Unit& unit) const {
  const auto found = reasons_.find({unit.kind, unit.id});
  return found == reasons_.end() ? std::nullopt : std::optional(found->second);
}

bool StuckUnits::Has(UnitKind kind, std::int64_t id) const { return reasons_.contains({kind, id}); }

void StuckUnits::AddDeadlocks(const LeakReport& alive) {
  for (const Deadlock& deadlock : alive.deadlocks) {
    const StuckReason reason = deadlock.kind == Deadlock::Kind::kOwnerEnded
                                   ? StuckReason::kOwnerEnded
                                   : StuckReason::kDeadlock;
    for (const Unit& unit : deadlock.units) reasons_.try_emplace({unit.kind, unit.id}, reason);
  }
}

// Goes from the stuck threads to those that wait for them, and so on.
void StuckUnits::AddThreadsBehind(const LeakReport& alive) {
  if (reasons_.empty()) return;
  std::multimap<std::int64_t, const Unit*> waiting;  // by the thread that they wait for
  ForEach(alive, UnitKind::kThread, [&waiting](const Unit& thread) {
    if (thread.held_by && !thread.held_by->ended) waiting.emplace(thread.held_by->id, &thread);
  });
  std::vector<std::int64_t> stuck;
  for (const auto& [id, reason] : reasons_) {
    if (id.first == UnitKind::kThread) stuck.push_back(id.second);
  }
  while (!stuck.empty()) {
    const auto [begin, end] = waiting.equal_range(stuck.back());
    stuck.pop_back();
    for (auto each = begin; each != end; ++each) {
      const Unit& thread = *each->second;
      if (Has(thread.kind, thread.id) || !WaitsForEver(thread)) continue;
      reasons_.emplace(Id(thread.kind, thread.id), StuckReason::kBehind);
      stuck.push_back(thread.id);
    }
  }
}

// Adds tasks that are lost, tasks that a stuck thread runs, and tasks that continue only after one
// of these.
void StuckUnits::AddTasks(const LeakReport& alive) {
  const bool may_be_lost = HasLost(alive);
  if (!may_be_lost && reasons_.empty()) return;
  const explain::TaskRecords then = explain::AllTasks();
  const explain::TaskRecords now = may_be_lost ? TasksAfterAWhile() : then;
  for (const auto& [serial, task] : then) {
    const Id id(UnitKind::kTask, static_cast<std::int64_t>(serial));
    if (IsLostInBoth(task, now)) reasons_.try_emplace(id, StuckReason::kLost);
    if (task.thread != 0 && Has(UnitKind::kThread, task.thread))
      reasons_.try_emplace(id, StuckReason::kBehind);
  }
  std::vector<std::int64_t> stuck;
  for (const auto& [id, reason] : reasons_) {
    if (id.first == UnitKind::kTask) stuck.push_back(id.second);
  }
  while (!stuck.empty()) {
    const auto task = now.find(static_cast<std::uint64_t>(stuck.back()));
    stuck.pop_back();
    const auto awaiter = task == now.end() ? now.end() : now.find(task->second.awaited_by);
    if (awaiter == now.end() || awaiter->second.state != WaitState::kSuspended) continue;
    const auto serial = static_cast<std::int64_t>(awaiter->first);
    if (reasons_.try_emplace({UnitKind::kTask, serial}, StuckReason::kBehind).second)
      stuck.push_back(serial);
  }
}

// Adds the units of the report that are still there if the whole process is still: they cannot
// continue either.
void StuckUnits::AddSleepers(const LeakReport& alive) {
  alive::Stillness stillness(alive::Stillness::EndHandlers::kMayWake);
  const std::set<int> own = registry::OwnThreads();
  const bool still = IsShown(stillness, own);
  obstacle_ = stillness.obstacle();
  in_the_way_ = stillness.in_the_way();
  bool joins = false;
  ForEach(alive, UnitKind::kThread,
          [&](const Unit& thread) { joins = joins || JoinsOne(thread, own); });
  if (!still || joins || !own.contains(gettid())) return;
  obstacle_ = alive::Obstacle::kChange;  // for units of the report that have ended
  ForEach(alive, UnitKind::kThread, [this](const Unit& thread) {
    if (platform::ReadThreadStat(static_cast<int>(thread.id)))
      reasons_.try_emplace({thread.kind, thread.id}, StuckReason::kAllAsleep);
  });
  const explain::TaskRecords tasks = explain::AllTasks();
  ForEach(alive, UnitKind::kTask, [&](const Unit& task) {
    if (tasks.contains(static_cast<std::uint64_t>(task.id)))
      reasons_.try_emplace({task.kind, task.id}, StuckReason::kAllAsleep);
  });
}

}  // namespace taskleak::check
