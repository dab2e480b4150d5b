#include "linux/look/lock.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>

#include <cstddef>

#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

// Bits of a mutex's __kind in glibc (nptl/pthreadP.h).
constexpr unsigned kRobust = 16;
constexpr unsigned kPriorityInherit = 32;
constexpr unsigned kProcessShared = 128;
constexpr unsigned kKnownKindBits = 0x3FF;

constexpr std::uint32_t kContended = 2;  // __lock when a thread waits, unless it names the owner
constexpr unsigned kReaderShift = 3;     // of __readers (nptl/pthread_rwlock_common.c)

}  // namespace

std::optional<Hold> ReadMutexWait(const BlockedAt& at) {
  if (at.number != SYS_futex) return std::nullopt;
  const std::uintptr_t address = at.arguments[0];
  const auto mutex = ReadValue<pthread_mutex_t>(address);
  if (!mutex) return std::nullopt;
  const auto& data = mutex->__data;
  const auto kind = static_cast<unsigned>(data.__kind);
  const auto lock = static_cast<std::uint32_t>(data.__lock);
  if ((kind & ~kKnownKindBits) != 0) return std::nullopt;
  Hold hold{.address = address, .shared = (kind & kProcessShared) != 0};
  if ((kind & (kRobust | kPriorityInherit)) != 0) {
    // The kernel knows these locks: the lock itself names its owner (futex(2)).
    if ((lock & FUTEX_WAITERS) == 0) return std::nullopt;
    hold.holder = static_cast<int>(lock & FUTEX_TID_MASK);
  } else {
    // With a priority ceiling there are more bits, but no other waiting value.
    if (lock != static_cast<std::uint32_t>(at.arguments[2]) || (lock & kContended) == 0)
      return std::nullopt;
    hold.holder = data.__owner;
  }
  return hold;
}

std::optional<Hold> ReadRwlockWait(const BlockedAt& at, bool to_write) {
  if (at.number != SYS_futex) return std::nullopt;
  // Readers wait for the phase to change, or for other readers while writers are preferred; writers
  // for their turn among writers, and then for the phase.
  constexpr std::uint32_t kWriterWaits = 3;
  const bool used_bits = static_cast<std::uint32_t>(at.arguments[2]) == kWriterWaits;
  std::size_t offset = offsetof(pthread_rwlock_t, __data.__wrphase_futex);
  if (to_write && used_bits) offset = offsetof(pthread_rwlock_t, __data.__writers_futex);
  if (!to_write && !used_bits) offset = offsetof(pthread_rwlock_t, __data.__readers);
  const std::uintptr_t address = at.arguments[0] - offset;
  const auto lock = ReadValue<pthread_rwlock_t>(address);
  if (!lock) return std::nullopt;
  const bool reading = to_write && lock->__data.__cur_writer == 0;
  return Hold{.address = address,
              .holder = lock->__data.__cur_writer,
              .readers = reading ? lock->__data.__readers >> kReaderShift : 0,
              .shared = lock->__data.__shared != 0};
}

std::optional<Hold> ReadJoin(const BlockedAt& at) {
  // When the joined thread ends, the kernel clears its id and wakes the waiting threads
  // (CLONE_CHILD_CLEARTID in clone(2)). Until then, the futex has the id as its value.
  if (at.number != SYS_futex) return std::nullopt;
  const auto tid = static_cast<int>(at.arguments[2]);
  if (tid <= 0 || ReadValue<int>(at.arguments[0]) != tid) return std::nullopt;
  return Hold{.holder = tid};
}

std::uintptr_t ConditionVariableOf(const BlockedAt& at) {
  // One of two counters, one for each group of waiters (nptl/pthread_cond_wait.c).
  const std::uintptr_t counters = at.arguments[0] & ~(2 * sizeof(unsigned) - 1);
  return counters - offsetof(pthread_cond_t, __data.__g_signals);
}

}  // namespace taskleak::platform
