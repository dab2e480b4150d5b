// Which threads hold read-write locks for reading (taskleak/internal/read_lock.h).
#ifndef TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_
#define TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_

#include <cstdint>
#include <vector>

namespace taskleak::registry {

/// Switches the recording on or off. What is locked while it is off is never known.
void RecordReadLocks(bool on);

/// One thread that holds a lock for reading.
struct ReadHolder {
  int tid = 0;
  unsigned times = 0;  ///< how often it has locked it
  bool ended = false;  ///< the thread has ended without unlocking it
};

/// Returns the threads that are recorded to hold the lock at `address` for reading, each as of one
/// moment. Thread-safe, like all functions here.
std::vector<ReadHolder> FindReadHolders(std::uintptr_t address);

/// Marks what the calling thread still holds. Call it at the thread's end.
void LeaveReadLocks();

/// Forgets what other threads hold. Call it in a forked child, which has none of them.
void KeepOwnReadLocks();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_READ_LOCKS_H_
