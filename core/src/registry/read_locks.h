// Records which threads hold read-write locks for reading (taskleak/internal/read_lock.h).
#ifndef TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_
#define TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_

#include <cstdint>
#include <vector>

namespace taskleak::registry {

/// Switches the recording on or off. Locks taken while it is off are never known.
void RecordReadLocks(bool on);

/// One thread that holds a lock for reading.
struct ReadHolder {
  int tid = 0;
  unsigned times = 0;  ///< how often it holds the lock
  bool ended = false;  ///< the thread has ended without unlocking it
};

/// Returns the threads that are recorded to hold the lock at `address` for reading, each as of one
/// moment. Thread-safe, like all functions here.
std::vector<ReadHolder> FindReadHolders(std::uintptr_t address);

/// Marks the locks that the calling thread still holds. Call it at the thread's end.
void LeaveReadLocks();

/// Forgets the locks of other threads. Call it in a forked child, which has none of them.
void KeepOwnReadLocks();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_
