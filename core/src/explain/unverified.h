// Coroutines that are known by a search of memory only.
#ifndef TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_
#define TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_

#include "explain/inspect_task.h"

namespace taskleak::explain {

/// Searches the memory of the process that is looked at for coroutines which are none of `known`,
/// and returns records of them with their frames' addresses as serials. They may be frames that
/// were freed. GCC's hold their own address and say whether they were destroyed, so these are
/// hardly ever wrong.
TaskRecords ScanForCoroutines(const TaskRecords& known);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_
