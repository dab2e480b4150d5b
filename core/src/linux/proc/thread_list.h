// Which threads of this process are alive: identities, and nothing else.
#ifndef TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_
#define TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace taskleak::platform {

/// One thread, not to be confused with a later one that was given the same number.
struct ThreadId {
  int tid = 0;
  std::uint64_t start_ticks = 0;  ///< since boot, in clock ticks (field 22 of proc's stat)

  auto operator<=>(const ThreadId&) const = default;
};

using ThreadIds = std::vector<ThreadId>;

/// All threads of this process, sorted; null, with errno set, if they cannot be listed (EXDEV:
/// /proc is that of another pid namespace). Threads that are ending, or have ended a while ago, may
/// be among them. The same pointer is returned as long as nobody is new, which makes "nothing has
/// changed" one comparison. Thread-safe.
///
/// `births` receives a number that two calls have in common only if no thread or process was born
/// between them; 0 if the kernel does not show that.
std::shared_ptr<const ThreadIds> ListThreads(std::uint64_t* births = nullptr);

/// How many threads this process has, those that are ending included; 0 if that cannot be read.
/// Costs a microsecond. Thread-safe.
std::size_t CountThreads();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_THREAD_LIST_H_
