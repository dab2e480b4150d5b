// Which threads were born since a snapshot.
#ifndef TASKLEAK_SRC_CHECK_NEW_THREADS_H_
#define TASKLEAK_SRC_CHECK_NEW_THREADS_H_

#include "check/snapshot_data.h"
#include "platform/thread_list.h"

namespace taskleak::check {

/// Returns those of `now` that are not in `before`, which may be null. The main thread never is one
/// of them: no test starts it, but after a fork it has another number.
platform::ThreadIds NewThreads(const internal::SnapshotData* before,
                               const platform::ThreadIds& now);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_NEW_THREADS_H_
