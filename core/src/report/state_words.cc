#include "report/state_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "taskleak/internal/words.h"

namespace taskleak {
namespace {

struct StateWords {
  WaitState state;
  std::string_view name;  // in JSON
  std::string_view phrase;
};

// In the order of the enumeration.
constexpr std::array<StateWords, 30> kStates{{
    {WaitState::kMutex, "mutex", "waiting for a mutex"},
    {WaitState::kRwlock, "rwlock", "waiting for a read-write lock"},
    {WaitState::kCondvar, "condvar", "waiting on a condition variable"},
    {WaitState::kJoin, "join", "waiting to join a thread"},
    {WaitState::kSemaphore, "semaphore", "waiting for a semaphore"},
    {WaitState::kFuture, "future", "waiting for a future"},
    {WaitState::kAtomicWait, "atomic_wait", "waiting for an atomic value to change"},
    {WaitState::kFutex, "futex", "waiting on a futex"},
    {WaitState::kSleep, "sleep", "sleeping"},
    {WaitState::kPoll, "poll", "waiting in poll"},
    {WaitState::kEpoll, "epoll", "waiting in epoll_wait"},
    {WaitState::kSelect, "select", "waiting in select"},
    {WaitState::kRead, "read", "waiting to read"},
    {WaitState::kWrite, "write", "waiting to write"},
    {WaitState::kAccept, "accept", "waiting for a connection"},
    {WaitState::kConnect, "connect", "connecting"},
    {WaitState::kRecv, "recv", "waiting to receive"},
    {WaitState::kSend, "send", "waiting to send"},
    {WaitState::kWaitChild, "wait_child", "waiting for a child process"},
    {WaitState::kSignalWait, "signal_wait", "waiting for a signal"},
    {WaitState::kRunning, "running", "running"},
    {WaitState::kOther, "other", "alive"},
    {WaitState::kSuspended, "suspended", "suspended"},
    {WaitState::kQueued, "queued", "queued, not started"},
    {WaitState::kChannel, "channel", "waiting on a channel"},
    {WaitState::kAlive, "alive", "still there"},
    {WaitState::kStopped, "stopped", "stopped"},
    {WaitState::kEnded, "ended", "ended, but not waited for"},
    {WaitState::kOpen, "open", "still open"},
    {WaitState::kLost, "lost", "lost: what it awaited was destroyed without resuming it"},
}};

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (static_cast<std::size_t>(kStates[i].state) != i) return false;
  }
  return true;
}
static_assert(IsInOrder());

// A value that no enumerator has counts as kOther.
const StateWords& WordsOf(WaitState state) {
  const auto index = static_cast<std::size_t>(state);
  return kStates.at(index < kStates.size() ? index : static_cast<std::size_t>(WaitState::kOther));
}

}  // namespace

std::string_view ToString(UnitKind kind) {
  switch (kind) {
    case UnitKind::kThread:
      return "thread";
    case UnitKind::kUnjoinedThread:
      return "unjoined_thread";
    case UnitKind::kTask:
      return "task";
    case UnitKind::kProcess:
      return "process";
    case UnitKind::kDescriptor:
      return "descriptor";
  }
  return "thread";
}

std::string_view ToString(Standstill standstill) {
  switch (standstill) {
    case Standstill::kNone:
      return "none";
    case Standstill::kAllAsleep:
      return "all_asleep";
    case Standstill::kDeadlock:
      return "deadlock";
  }
  return "none";
}

std::string_view ToString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kClean:
      return "clean";
    case Verdict::kLeak:
      return "leak";
    case Verdict::kHang:
      return "hang";
    case Verdict::kAlive:
      return "alive";
    case Verdict::kCouldNotLook:
      return "could_not_look";
  }
  return "leak";
}

std::string_view internal::Noun(UnitKind kind) {
  return kind == UnitKind::kUnjoinedThread ? "unjoined thread" : ToString(kind);
}

std::string internal::Count(std::size_t count, std::string_view noun) {
  const std::string_view plural = noun.ends_with('s') ? "es" : "s";
  return std::to_string(count).append(" ").append(noun).append(count == 1 ? "" : plural);
}

std::string_view ToString(WaitState state) { return WordsOf(state).name; }

std::string_view report::Phrase(WaitState state) { return WordsOf(state).phrase; }

}  // namespace taskleak
