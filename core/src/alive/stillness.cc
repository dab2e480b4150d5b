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

// Proof of IsShown().
//
// At one moment. Each thread is read twice, and between the first round and the second the threads
// are counted. A thread is accepted only if both rounds find it asleep at the same place, and its
// count of time slices is the same before the first and after the second. So it slept all that
// time, and was not even woken, since a woken thread is shown as running until it has run. If the
// count equals the number of accepted threads, then at the moment of the count every thread was
// asleep. Births need no check of their own: a thread that starts another is running, and the new
// one is counted.
//
// From then on. The first event would be that something wakes one of the threads. A thread of the
// process does not: only those that look are running, and they wake no thread. Time does not: each
// thread waits without a limit, or until after the end of the time that is asked about. Another
// process does not. Each thread either sleeps until a point in time or waits by futex(2), and a
// futex can be woken only by a process that shares its memory. The check finds that no awaited word
// is in memory shared with others, and that there are no children, which may share all memory. The
// kernel does not, on behalf of another: it wakes a futex when a thread ends, and for an io_uring,
// of which there is none. That leaves signals and tracers. A signal without a handler wakes no
// thread: it is ignored, or ends or stops the process. (Handlers of the signals that ask a program
// to end are assumed to end it, if the caller says so.) Timers, asynchronous input and output,
// message queues and descriptors reach such a thread only by a signal, too.
//
// The properties of the process (handlers, children, rings, mappings) are read between the two
// rounds. Only a running thread can change them.
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

// Returns true if the thread's wait does not end by itself before `until`. A limit of which only
// the whole length is known began to run after the thread had started.
bool Outlasts(const platform::ThreadId& id, const BlockedAt& at, const Horizon& until) {
  if (!platform::HasTimeLimit(at)) return true;
  const auto limit = platform::ReadTimeLimit(at);
  if (!limit) return platform::IsYearsAway(at) != platform::Never::kNo;
  if (!until) return false;
  const auto now = Stillness::Clock::now();
  return now + limit->time - (limit->in_all ? Age(id) : nanoseconds(0)) > *until;
}

// Makes one attempt to show that the process is still.
class StillLook {
 public:
  explicit StillLook(const Horizon& until) : until_(until), silent_(registry::SilentThreads()) {}

  // Returns true if something may wake the thread. Otherwise the thread is asleep and was noted, or
  // has ended.
  bool MayWake(const platform::ThreadId& id) { return !Add(id) && !platform::HasEnded(id.tid); }
  // Returns what could act on the process besides its own threads.
  [[nodiscard]] Obstacle FindOthers(Stillness::EndHandlers end_handlers) const;
  // Returns true if there are no threads now besides the caller and those that were added.
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
    // A thread that a signal has stopped might be anywhere in its call.
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
