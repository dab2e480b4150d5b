// Keeps the records of the threads that exist, by their handles.
#ifndef TASKLEAK_SRC_REGISTRY_BIRTH_TABLE_H_
#define TASKLEAK_SRC_REGISTRY_BIRTH_TABLE_H_

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "registry/birth_store.h"
#include "registry/short_lock.h"

namespace taskleak::registry {

/// Holds the records of some handles. Two threads compete for a lock only if their handles, or
/// those of the threads that they create and join, fall into the same bucket.
struct BirthBucket {
  ShortLock lock;
  internal::ThreadBirth* first TASKLEAK_GUARDED_BY(lock) = nullptr;
  std::size_t count TASKLEAK_GUARDED_BY(lock) = 0;
};

/// Counts records by state. In a forked child, a parent process's threads do not count.
struct BirthCounts {
  std::atomic<std::uint64_t> next_serial{1};
  std::atomic<std::uint64_t> first_of_process{0};  ///< serials before it are a parent process's
  std::atomic<std::size_t> pending{0};   ///< begun, and their threads' ids are not known yet
  std::atomic<std::size_t> leaving{0};   ///< over, and not yet known to be gone
  std::atomic<std::size_t> unjoined{0};  ///< gone, and to be joined or detached
  std::atomic<std::uint64_t> ended{0};   ///< gone, or never created
};

// Constant-initialized: other code's static initialization may create threads before ours has run.
inline constinit BirthCounts g_births;
inline constexpr std::size_t kBirthBuckets = 512;
inline constinit std::array<BirthBucket, kBirthBuckets> g_birth_buckets;

inline BirthBucket& BucketOf(pthread_t handle) {
  // Handles are addresses of descriptors at the ends of stacks: their low bits, and those of the
  // stacks' size, hardly differ.
  const std::uint64_t mixed = (static_cast<std::uint64_t>(handle) >> 6) * 0x9e3779b97f4a7c15;
  return g_birth_buckets[mixed >> 55];
}

/// Returns the record of a thread in its bucket; null if it is not there.
internal::ThreadBirth* FindBirth(BirthBucket& bucket, pthread_t handle, std::uint64_t serial)
    TASKLEAK_REQUIRES(bucket.lock);

/// Puts a record where joiners look for it, unless that has been done. `tid` is 0 if the caller
/// does not know it, as a creator does not.
void LinkBirth(internal::ThreadBirth* birth, pthread_t handle, int tid);

/// Removes a record whose thread is gone.
void UnlinkBirth(BirthBucket& bucket, internal::ThreadBirth* birth) TASKLEAK_REQUIRES(bucket.lock);

/// Records that one holder of the record (its creator, its thread or the table) does not need it
/// any more.
void ReleaseBirth(internal::ThreadBirth* birth);

/// Returns the results of `select` for all records of this process, without empty ones. Calls
/// `select` with a lock held; it must neither allocate nor lock.
template <typename T, typename Select>
std::vector<T> CollectBirths(Select select) {
  std::vector<T> all;
  for (BirthBucket& bucket : g_birth_buckets) {
    for (bool done = false; !done;) {
      std::size_t count = 0;
      {
        const ShortLockHolder lock(bucket.lock);
        count = bucket.count;
        done = all.capacity() - all.size() >= count;
        for (auto* birth = done ? bucket.first : nullptr; birth != nullptr; birth = birth->next) {
          if (birth->record.serial < g_births.first_of_process.load(std::memory_order_relaxed))
            continue;
          if (std::optional<T> selected = select(birth->record)) all.push_back(*selected);
        }
      }
      // This allocates outside of the lock, since a thread that allocates may be waiting for the
      // lock.
      if (!done) all.reserve(2 * (all.size() + count));
    }
  }
  return all;
}

/// Returns the calling thread's record while it runs its routine, else null.
const internal::ThreadBirth* OwnBirth();

/// Notes which of the threads that have run their routines are gone.
void ConfirmEnds();

/// Resets the locks and the counts in a forked child, which has none of the other threads.
void StartAnewInChild();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_BIRTH_TABLE_H_
