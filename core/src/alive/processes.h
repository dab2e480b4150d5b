// Which child processes are left since a snapshot.
#ifndef TASKLEAK_SRC_ALIVE_PROCESSES_H_
#define TASKLEAK_SRC_ALIVE_PROCESSES_H_

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "linux/proc/children.h"
#include "registry/snapshot_data.h"

namespace taskleak::alive {

/// Returns the child processes that are not in `before`, which may be null, and that this process
/// created. Of a process's orphans, those that another process in a session of its own has left are
/// not returned: a process gets these if it is the first of its pid namespace or asked for them
/// (PR_SET_CHILD_SUBREAPER), and a daemon must not be a leak there and none elsewhere.
///
/// `births` is that of platform::ListThreads() now: if nothing was born since the snapshot, or
/// since a look that found no children, none are looked for. Else one system call shows that there
/// are none.
///
/// An error if there are children and they cannot be listed.
Result<std::vector<platform::ChildProcess>> NewProcesses(const internal::SnapshotData* before,
                                                         std::uint64_t births);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_PROCESSES_H_
