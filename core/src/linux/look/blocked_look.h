// Reading a blocked thread's stack without its taking part.
#ifndef TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
#define TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_

#include <optional>
#include <string>

#include "linux/look/stack_reader.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Either a look, or the reason why a thread could not be read so.
struct BlockedLook {
  std::optional<ThreadLook> look;
  std::string failure;
  bool hidden = false;  ///< the kernel does not show where it is, blocked or not
};

/// The kernel shows where a blocked thread is (task/TID/syscall) and how often it has run
/// (schedstat). If it has not run between the first and the last read, then all that was read of it
/// in between, its stack included, is of one moment. A thread that keeps waking is tried a few
/// times. Not thread-safe: `image` is scratch space.
BlockedLook LookWhileBlocked(int tid, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_BLOCKED_LOOK_H_
