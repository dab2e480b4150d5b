// Finds the threads that were born since a snapshot.
#ifndef TASKLEAK_SRC_ALIVE_NEW_THREADS_H_
#define TASKLEAK_SRC_ALIVE_NEW_THREADS_H_

#include "linux/proc/thread_list.h"
#include "registry/snapshot_data.h"

namespace taskleak::alive {

/// Returns those of `now` that are not in `before`, which may be null. Leaves out the main thread:
/// no test starts it, but it has another id after a fork.
platform::ThreadIds NewThreads(const internal::SnapshotData* before,
                               const platform::ThreadIds& now);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_NEW_THREADS_H_
