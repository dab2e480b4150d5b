// Finds child processes that are left since a snapshot.
#ifndef TASKLEAK_SRC_ALIVE_PROCESSES_H_
#define TASKLEAK_SRC_ALIVE_PROCESSES_H_

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "linux/proc/children.h"
#include "registry/snapshot_data.h"

namespace taskleak::alive {

/// Returns the child processes that are not in `before`, which may be null, and that this process
/// created. Leaves out orphans that were adopted from another process, if that process was in a
/// session of its own. A process gets orphans if it is the first of its pid namespace or asked for
/// them (PR_SET_CHILD_SUBREAPER). A daemon must not be a leak there and none elsewhere.
///
/// `births` is the count that platform::ListThreads() returns now. If nothing was born since the
/// snapshot, or since a look that found no children, no look is needed. Otherwise one system call
/// can show that there are no children.
///
/// Returns an error if there are children and they cannot be listed.
Result<std::vector<platform::ChildProcess>> NewProcesses(const internal::SnapshotData* before,
                                                         std::uint64_t births);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_PROCESSES_H_
