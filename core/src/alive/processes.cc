#include "alive/processes.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "registry/child_birth.h"

namespace taskleak::alive {
namespace {

// Returns whether another process has left this one behind. A process that is in another session,
// and does not lead it, was created by that session's leader or by a descendant of the leader.
// Apart from that, only the hooks know.
bool IsOrphan(const platform::ChildProcess& child) {
  if (registry::FindChild(child.id)) return false;
  const int session = child.stat.session;
  if (session != getsid(0) && session != child.id.tid) return true;
  return registry::HasRecordedChildren() && platform::TakesInOrphans();
}

}  // namespace

Result<std::vector<platform::ChildProcess>> NewProcesses(const internal::SnapshotData* before,
                                                         std::uint64_t births) {
  const bool none_born = before != nullptr && births != 0 && births == before->births;
  if (none_born || !platform::HasChildren(births)) return std::vector<platform::ChildProcess>();
  auto children = platform::ListChildren();
  if (!children) return children;
  const std::uint64_t taken = before == nullptr ? 0 : before->taken_ticks;
  std::erase_if(*children, [&](const platform::ChildProcess& child) {
    // As with threads: a process that started before the snapshot was alive then. The kernel's list
    // may have missed it while other children ended.
    return child.id.start_ticks + 1 < taken ||
           (before != nullptr && before->children != nullptr &&
            std::ranges::binary_search(*before->children, child.id)) ||
           IsOrphan(child);
  });
  return children;
}

}  // namespace taskleak::alive
