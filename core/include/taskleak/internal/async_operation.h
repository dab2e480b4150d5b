// Registers operations of asynchronous runtimes, which begin now and end later. For taskleak's own
// adapters.
#ifndef TASKLEAK_INTERNAL_ASYNC_OPERATION_H_
#define TASKLEAK_INTERNAL_ASYNC_OPERATION_H_

#include <cstdint>
#include <string_view>

#include "taskleak/leak.h"
#include "taskleak/task.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Describes an asynchronous operation that the calling thread begins.
struct Operation {
  std::string_view name;  ///< for example "socket.async_receive"; copied, as by Task
  WaitState state = WaitState::kSuspended;
  std::string_view what = {};    ///< what exactly it waits for; copied, as by Task::SetWaiting
  int descriptor = -1;           ///< that it waits on, which reports describe; -1: none
  std::uint64_t awaited_by = 0;  ///< serial of the coroutine that awaits it; 0: none
  std::uintptr_t callback = 0;   ///< the function that it will call; 0: unknown
  const char* hint = nullptr;    ///< how to end it, for the report: a literal, or null
};

/// Returns a task for the operation. Its creator is the innermost function on the calling thread's
/// stack that does not belong to a library of asynchronous operations, unless Options::task_stacks
/// is kOff. An operation has no creator if a coroutine awaits it or its callback is known, since
/// the coroutine or callback says more. Thread-safe.
[[nodiscard]] Task BeginOperation(const Operation& operation) noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_ASYNC_OPERATION_H_
