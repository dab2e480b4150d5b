// Finds coroutines by a search of memory.
#ifndef TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_
#define TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_

#include "explain/inspect_task.h"

namespace taskleak::explain {

/// Searches the memory of the looked-at process for coroutines that are not in `known`. Returns
/// their records, with the addresses of their frames as serials. Some may be frames that were
/// freed. Those of GCC contain their own address and whether they were destroyed, so they are
/// hardly ever wrong.
TaskRecords ScanForCoroutines(const TaskRecords& known);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_UNVERIFIED_H_
