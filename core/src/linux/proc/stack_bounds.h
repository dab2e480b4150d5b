// The place of a thread's stack.
#ifndef TASKLEAK_SRC_LINUX_PROC_STACK_BOUNDS_H_
#define TASKLEAK_SRC_LINUX_PROC_STACK_BOUNDS_H_

#include <cstdint>
#include <optional>

namespace taskleak::platform {

/// Memory that certainly belongs to a thread's stack.
struct StackBounds {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

/// Returns the stack of a thread, by its number, or nothing if it is not certain. The memory around
/// a thread's own data does not show the bounds: a stack may be a part of an array or an arena
/// (pthread_attr_setstack(3)), with other threads' memory below it.
using StackFinder = std::optional<StackBounds> (*)(int tid);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_STACK_BOUNDS_H_
