// Reads a blocked thread's stack without the help of the thread.
#ifndef TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_

#include <optional>

#include "linux/look/stack_reader.h"
#include "linux/unwind/missing.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Either a look, or the reason why a thread could not be read in this way.
struct BlockedLook {
  std::optional<ThreadLook> look{};
  NotBlocked failure{};

  /// Returns whether the kernel does not show where the thread is, blocked or not.
  [[nodiscard]] bool hidden() const { return failure.reason == NotBlocked::Reason::kHidden; }
};

/// Reads thread `tid` while it is blocked. The kernel shows where a blocked thread is
/// (task/TID/syscall) and how often it has run (schedstat). If it has not run between the first and
/// the last read, then everything that was read in between, also its stack, belongs to one moment.
/// Tries a few times if the thread keeps waking. Not thread-safe: `image` is scratch space.
BlockedLook LookWhileBlocked(int tid, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
