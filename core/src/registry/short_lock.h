// The lock for records that hooks write in any thread of the program.
#ifndef TASKLEAK_SRC_REGISTRY_SHORT_LOCK_H_
#define TASKLEAK_SRC_REGISTRY_SHORT_LOCK_H_

#include <atomic>
#include <cstdint>

#include "base/mutex.h"
#include "linux/arch/futex.h"

namespace taskleak::registry {

/// Is a mutex that is never held while the thread asks for another lock or for memory of the
/// allocator's (but for ThreadBirth::linking, which is always taken before a bucket's lock). So
/// waiting for it cannot be part of a deadlock. Mostly it is held for a few memory
/// accesses only (see registry/ramp_sites.h for the other use). It consists of one word and calls
/// no library, since programs may intercept pthread_mutex_lock.
class TASKLEAK_ANNOTATE(capability("mutex")) ShortLock {
 public:
  void Lock() TASKLEAK_ANNOTATE(acquire_capability()) {
    std::uint32_t state = kFree;
    if (word_.compare_exchange_strong(state, kHeld, std::memory_order_acquire)) return;
    while (word_.exchange(kAwaited, std::memory_order_acquire) != kFree)
      platform::FutexWait(word_, kAwaited);
  }
  void Unlock() TASKLEAK_ANNOTATE(release_capability()) {
    if (word_.exchange(kFree, std::memory_order_release) == kAwaited) platform::FutexWake(word_);
  }
  /// Frees it in a forked child, which has none of the threads that might hold it.
  void Reset() { word_.store(kFree); }

 private:
  // As in U. Drepper, "Futexes Are Tricky", section 5.
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kAwaited = 2;

  std::atomic<std::uint32_t> word_{kFree};
};

class TASKLEAK_ANNOTATE(scoped_lockable) ShortLockHolder {
 public:
  explicit ShortLockHolder(ShortLock& lock) TASKLEAK_ANNOTATE(acquire_capability(lock))
      : lock_(lock) {
    lock_.Lock();
  }
  ~ShortLockHolder() TASKLEAK_ANNOTATE(release_capability()) { lock_.Unlock(); }
  ShortLockHolder(const ShortLockHolder&) = delete;
  ShortLockHolder& operator=(const ShortLockHolder&) = delete;

 private:
  ShortLock& lock_;
};

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_SHORT_LOCK_H_
