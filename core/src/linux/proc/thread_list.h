// Lists the threads of this process that are alive: identities, and nothing else.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"

namespace taskleak::platform {

/// Identifies one thread, and distinguishes it from a later one with the same number.
struct ThreadId {
  int tid = 0;
  std::uint64_t start_ticks = 0;  ///< since boot, in clock ticks (field 22 of proc's stat)

  auto operator<=>(const ThreadId&) const = default;
};

using ThreadIds = std::vector<ThreadId>;

/// Returns all threads of this process, sorted; fails if they cannot be listed (EXDEV: /proc is
/// that of another pid namespace). Threads that are ending, or ended a while ago, may be among
/// them. Returns the same pointer as long as there is no new thread, so one comparison shows that
/// nothing has changed. It is never null. Thread-safe.
///
/// `births` receives a number, also after a failure. Two calls get the same number only if no
/// thread or process was born between them. It is 0 if the kernel does not show that.
Result<std::shared_ptr<const ThreadIds>> ListThreads(std::uint64_t* births = nullptr);

/// Returns how many threads this process has, including those that are ending, or 0 if that cannot
/// be read. Takes a microsecond. Thread-safe.
std::size_t CountThreads();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_
