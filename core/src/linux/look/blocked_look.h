// Reading a blocked thread's stack without its taking part.
#ifndef TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_

#include <optional>

#include "linux/look/stack_reader.h"
#include "linux/unwind/missing.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Either a look, or the reason why a thread could not be read so.
struct BlockedLook {
  std::optional<ThreadLook> look{};
  NotBlocked failure{};

  /// Returns whether the kernel does not show where the thread is, blocked or not.
  [[nodiscard]] bool hidden() const { return failure.reason == NotBlocked::Reason::kHidden; }
};

/// The kernel shows where a blocked thread is (task/TID/syscall) and how often it has run
/// (schedstat). If it has not run between the first and the last read, then all that was read of it
/// in between, its stack included, is of one moment. A thread that keeps waking is tried a few
/// times. Not thread-safe: `image` is scratch space.
BlockedLook LookWhileBlocked(int tid, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
