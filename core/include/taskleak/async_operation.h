// What adapters of asynchronous runtimes tell the core of operations that are begun and end later.
// Not for other use.
#ifndef TASKLEAK_ASYNC_OPERATION_H_
#define TASKLEAK_ASYNC_OPERATION_H_

#include <cstdint>
#include <string_view>

#include "taskleak/leak.h"
#include "taskleak/task.h"

namespace taskleak::internal {

/// An asynchronous operation that the calling thread begins.
struct Operation {
  std::string_view name;  ///< "socket.async_receive"; copied, as for Task
  WaitState state = WaitState::kSuspended;
  std::string_view what = {};    ///< what exactly it waits for; copied, as for Task::SetWaiting
  int descriptor = -1;           ///< on which it waits; described in reports. -1: none
  std::uint64_t awaited_by = 0;  ///< serial of the coroutine that it is begun for; 0: none
  std::uintptr_t callback = 0;   ///< the function that it will call; 0: not known
  const char* hint = nullptr;    ///< what ends it, for people: a literal; may be null
};

/// A task for it. Its creator is the innermost function of the calling thread's stack that belongs
/// to no library of asynchronous operations (as far as Options::task_stacks says); one that a
/// coroutine awaits or whose callback is known has none, since that tells more.
[[nodiscard]] Task BeginOperation(const Operation& operation) noexcept;

}  // namespace taskleak::internal

#endif  // TASKLEAK_ASYNC_OPERATION_H_
