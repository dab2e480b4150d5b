#include "linux/look/lock.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

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

// Holds where a thread's descriptor has its id, and the word that the kernel clears when the thread
// ends (CLONE_CHILD_CLEARTID in clone(2)), in bytes from its pthread_t, which in glibc is its
// address.
struct EndFields {
  std::size_t id = 0;
  std::size_t cleared = 0;
};

// Looks for them in the descriptor of the calling thread, since glibc does not publish them.
// Returns the same number twice if both are one field, as up to glibc 2.42, or were not found: the
// kernel needs CONFIG_CHECKPOINT_RESTORE (PR_GET_TID_ADDRESS in prctl(2)).
EndFields FindEndFields() {
  constexpr std::size_t kMost = 8192;  // far more than a descriptor has
  const auto descriptor = static_cast<std::uintptr_t>(pthread_self());
  std::uintptr_t cleared = 0;
  if (prctl(PR_GET_TID_ADDRESS, &cleared) != 0 || cleared < descriptor ||
      cleared - descriptor > kMost)
    return {};
  const pid_t own = gettid();
  for (std::uintptr_t word = descriptor; word <= cleared; word += sizeof(pid_t)) {
    pid_t value = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    std::memcpy(&value, reinterpret_cast<const void*>(word), sizeof value);
    if (value == own) return {word - descriptor, cleared - descriptor};
  }
  return {};
}

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
  // The kernel wakes the waiting threads when it clears the word that they wait for: the id of the
  // joined thread, and from glibc 2.43 on a small number beside it (THREAD_STATE_JOINABLE).
  constexpr int kMostStates = 3;
  if (at.number != SYS_futex) return std::nullopt;
  const std::uintptr_t address = at.arguments[0];
  const auto expected = static_cast<int>(at.arguments[2]);
  if (expected <= 0 || ReadValue<int>(address) != expected) return std::nullopt;
  static const EndFields fields = FindEndFields();
  if (fields.id != fields.cleared) {
    const auto id = ReadValue<int>(address - fields.cleared + fields.id);
    return id && *id > 0 ? std::optional(Hold{.holder = *id}) : std::nullopt;
  }
  if (fields.cleared == 0 && expected <= kMostStates) return std::nullopt;
  return Hold{.holder = expected};
}

std::uintptr_t ConditionVariableOf(const BlockedAt& at) {
  // One of two counters, one for each group of waiters (nptl/pthread_cond_wait.c).
  const std::uintptr_t counters = at.arguments[0] & ~(2 * sizeof(unsigned) - 1);
  return counters - offsetof(pthread_cond_t, __data.__g_signals);
}

}  // namespace taskleak::platform
