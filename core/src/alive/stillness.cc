#include "alive/stillness.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "linux/look/futex_call.h"
#include "linux/look/time_limit.h"
#include "linux/look/wait_call.h"
#include "linux/proc/outside.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "linux/proc/thread_list.h"
#include "registry/own_threads.h"

// Why what IsShown() says is true.
//
// One moment. Each thread is read twice, and between the first round and the second the threads are
// counted. A thread is taken only if both rounds find it asleep at the same place and its count of
// time slices did not change from before the one to after the other: so it slept all that time, and
// was not even woken, since a woken thread is shown as running until it has run. At the moment of
// the count there were as many threads as were taken, so at that moment every thread was asleep.
// Births need no look of their own: a thread that starts another runs, and one that was started
// counts.
//
// From then on. The first thing to happen would be that something wakes one of them. No thread of
// the process does, since none runs but those that look, and these wake no thread. Time does not:
// each waits without a limit, or until after the end of the time that is asked about. No other
// process does: each waits by futex(2), which takes a process that shares the memory (no word that
// is waited for is in memory that others have, and children, which may share all of it, there are
// none), or it sleeps until a point in time. The kernel does not either, on another's behalf: it
// wakes a futex when a thread ends, and for an io_uring, of which there is none. That leaves
// signals and tracers. A signal without a handler wakes no thread: it is ignored, or ends or stops
// the process. (Handlers of the signals that ask a program to end are taken to end it, if the
// caller says so.) Timers, asynchronous input and output, message queues and descriptors reach a
// thread that waits so by a signal, too.
//
// What is asked of the process (handlers, children, rings, mappings) is asked between the two
// rounds; it is changed only by a thread that runs.
namespace taskleak::alive {
namespace {

using platform::BlockedAt;
using std::chrono::nanoseconds;
using Horizon = std::optional<Stillness::Clock::time_point>;

bool IsSleep(const BlockedAt& at) {
  const auto* const call = platform::FindWaitCall(at);
  return call != nullptr && call->state == WaitState::kSleep;
}

Stillness::Clock::duration Age(const platform::ThreadId& id) {
  const std::uint64_t now = platform::TicksSinceBoot();
  return std::chrono::milliseconds(
      now < id.start_ticks ? 0 : platform::TicksToMs(now + 1 - id.start_ticks));
}

// True if the wait that a thread is in does not end by itself before `until`. A limit that only
// says how long the wait takes in all began to run after the thread had started.
bool Outlasts(const platform::ThreadId& id, const BlockedAt& at, const Horizon& until) {
  if (!platform::HasTimeLimit(at)) return true;
  const auto limit = platform::ReadTimeLimit(at);
  if (!limit) return platform::IsYearsAway(at) != platform::Never::kNo;
  if (!until) return false;
  const auto now = Stillness::Clock::now();
  return now + limit->time - (limit->in_all ? Age(id) : nanoseconds(0)) > *until;
}

// One attempt.
class StillLook {
 public:
  explicit StillLook(const Horizon& until) : until_(until), silent_(registry::SilentThreads()) {}

  // Returns true if something may wake the thread. Otherwise it is asleep, and noted, or has ended.
  bool MayWake(const platform::ThreadId& id) { return !Add(id) && !platform::HasEnded(id.tid); }
  // Returns what else than its own threads could act on the process.
  [[nodiscard]] Obstacle FindOthers(Stillness::EndHandlers end_handlers) const;
  // Returns true if there are no other threads now than those that were added and the caller.
  [[nodiscard]] bool IsComplete() const;
  // Returns a thread that has moved since it was added; 0 if none has.
  [[nodiscard]] int FindMoved() const;

 private:
  // A thread that was asleep, and where.
  struct Sleeper {
    platform::ThreadId id;
    platform::Position position;
    bool has_ended = false;  // the first thread, which others have outlived
  };

  bool Add(const platform::ThreadId& id);
  [[nodiscard]] bool WaitsForOwnProcess(const Sleeper& sleeper) const;

  const Horizon& until_;
  const std::set<int> silent_;
  std::vector<Sleeper> sleepers_;
};

bool StillLook::WaitsForOwnProcess(const Sleeper& sleeper) const {
  // Taskleak's own threads wake no other thread, whatever they wait for.
  const BlockedAt& at = sleeper.position.at;
  if (silent_.contains(sleeper.id.tid)) return at.number >= 0;
  return (platform::IsFutexWait(at) || IsSleep(at)) && Outlasts(sleeper.id, at, until_);
}

bool StillLook::Add(const platform::ThreadId& id) {
  Sleeper sleeper;
  sleeper.id = id;
  if (id.tid == platform::SubjectPid()) {
    const auto stat = platform::ReadThreadStat(id.tid);
    sleeper.has_ended = stat && stat->state == 'Z';
  }
  if (!sleeper.has_ended) {
    const auto run = platform::ReadRunCount(id.tid);
    const auto at = platform::ReadBlockedAt(id.tid);
    if (!run || !at || at->running) return false;
    sleeper.position = {.at = *at, .run = *run};
    if (!WaitsForOwnProcess(sleeper)) return false;
  }
  sleepers_.push_back(sleeper);
  return true;
}

Obstacle StillLook::FindOthers(Stillness::EndHandlers end_handlers) const {
  const auto reach = platform::ReadReach();
  if (!reach) return Obstacle::kUnreadable;
  if (reach->traced) return Obstacle::kTracer;
  if (reach->handles_signals ||
      (reach->handles_end && end_handlers == Stillness::EndHandlers::kMayWake))
    return Obstacle::kSignals;
  std::vector<int> threads;
  for (const Sleeper& sleeper : sleepers_) threads.push_back(sleeper.id.tid);
  if (platform::MayHaveChildren(threads)) return Obstacle::kChildren;
  if (platform::MayHaveRings()) return Obstacle::kRing;
  const auto shared = platform::ReadSharedMemory();
  if (!shared) return Obstacle::kUnreadable;
  if (shared->has_ring()) return Obstacle::kRing;
  const bool in_shared = std::ranges::any_of(sleepers_, [&shared](const Sleeper& sleeper) {
    const BlockedAt& at = sleeper.position.at;
    return platform::IsSharedFutex(at) && shared->Has(at.arguments[0]);
  });
  return in_shared ? Obstacle::kSharedMemory : Obstacle::kNone;
}

bool StillLook::IsComplete() const {
  const std::size_t callers = platform::LooksAtItself() ? 1 : 0;
  return platform::CountThreads() == sleepers_.size() + callers;
}

int StillLook::FindMoved() const {
  for (const Sleeper& sleeper : sleepers_) {
    if (sleeper.has_ended) continue;
    const auto stat = platform::ReadThreadStat(sleeper.id.tid);
    // Stopped by a signal, it might be anywhere in its call.
    const bool asleep = stat && stat->state == 'S' && stat->start_ticks == sleeper.id.start_ticks;
    if (!asleep || !platform::HasNotMoved(sleeper.id.tid, sleeper.position)) return sleeper.id.tid;
  }
  return 0;
}

}  // namespace

bool Stillness::IsShown(std::optional<Clock::time_point> until) {
  obstacle_ = FindObstacle(until);
  return obstacle_ == Obstacle::kNone;
}

Obstacle Stillness::FindObstacle(std::optional<Clock::time_point> until) {
  const auto listed = platform::ListThreads();
  if (!listed) return Obstacle::kUnreadable;
  const platform::ThreadIds& threads = **listed;
  const int caller = platform::LooksAtItself() ? gettid() : 0;
  const auto suspect = std::ranges::find(threads, in_the_way_, &platform::ThreadId::tid);
  if (suspect != threads.end() && StillLook(until).MayWake(*suspect)) return Obstacle::kThread;
  StillLook look(until);
  const auto found = std::ranges::find_if(
      threads, [&](const platform::ThreadId& id) { return id.tid != caller && look.MayWake(id); });
  in_the_way_ = found == threads.end() ? 0 : found->tid;
  if (in_the_way_ != 0) return Obstacle::kThread;
  if (const Obstacle others = look.FindOthers(end_handlers_); others != Obstacle::kNone)
    return others;
  if (!look.IsComplete()) return Obstacle::kChange;
  in_the_way_ = look.FindMoved();
  return in_the_way_ == 0 ? Obstacle::kNone : Obstacle::kThread;
}

}  // namespace taskleak::alive
