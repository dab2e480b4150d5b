#include "linux/look/futex_call.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <cstdint>

namespace taskleak::platform {
namespace {

constexpr std::uint32_t kContendedMutex = 2;    // a lock's value when a thread waits for it
constexpr std::uint32_t kGreatestOfRwlock = 3;  // the greatest that a read-write lock waits with

int CommandOf(const BlockedAt& at) { return static_cast<int>(at.arguments[1]) & FUTEX_CMD_MASK; }

std::uint32_t ExpectedBy(const BlockedAt& at) {
  return static_cast<std::uint32_t>(at.arguments[2]);
}

}  // namespace

bool IsInFutex(const BlockedAt& at) { return at.number == SYS_futex; }

bool IsFutexWait(const BlockedAt& at) {
  if (!IsInFutex(at)) return false;
  const int command = CommandOf(at);
  return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI ||
         command == FUTEX_LOCK_PI2 || command == FUTEX_WAIT_REQUEUE_PI;
}

bool IsSharedFutex(const BlockedAt& at) {
  return IsInFutex(at) && (at.arguments[1] & FUTEX_PRIVATE_FLAG) == 0;
}

bool IsForContendedMutex(const BlockedAt& at) {
  return CommandOf(at) == FUTEX_WAIT && at.arguments[2] == kContendedMutex;
}

bool IsForFuture(const BlockedAt& at) {
  constexpr std::uint32_t kWaitingFuture = 0x80000000;
  return at.arguments[1] == FUTEX_WAIT && at.arguments[2] == kWaitingFuture;
}

LibcWait ClassifyLibcWait(const BlockedAt& at) {
  const int command = CommandOf(at);
  const std::uint32_t expected = ExpectedBy(at);
  if (command == FUTEX_WAIT && expected == kContendedMutex) return {WaitState::kMutex};
  // Mutexes that the kernel knows, since they inherit priorities or are robust, are waited for in a
  // local function too. The value of a robust one names its owner.
  const bool names_owner = (expected & FUTEX_WAITERS) != 0 && (expected & FUTEX_TID_MASK) != 0;
  if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 ||
      (command == FUTEX_WAIT && names_owner))
    return {WaitState::kMutex, "pthread_mutex_lock"};
  // A join waits, shared with the kernel that will clear it, for the field with the joined thread's
  // id. Locks and condition variables that processes share wait so too, but for small values.
  if (command == FUTEX_WAIT_BITSET && IsSharedFutex(at) &&
      (at.arguments[1] & FUTEX_CLOCK_REALTIME) != 0 && expected > kGreatestOfRwlock)
    return {WaitState::kJoin};
  return {};
}

LibcWait ClassifyUnnamedLibcWait(const BlockedAt& at) {
  // The functions that wait for a mutex until some time call a local one in their place; sem_wait
  // does the same. Nothing else in libc waits with these values and leaves no name.
  if (CommandOf(at) == FUTEX_WAIT_BITSET) {
    if (ExpectedBy(at) == kContendedMutex) return {WaitState::kMutex, "pthread_mutex_clocklock"};
    if (ExpectedBy(at) == 0) return {WaitState::kSemaphore};
  }
  return ClassifyLibcWait(at);
}

}  // namespace taskleak::platform
