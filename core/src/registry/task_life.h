// Functions for the creators and owners of tasks (taskleak/task.h).
#ifndef TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_
#define TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_

#include <cstdint>
#include <string_view>

#include "registry/frame_word.h"
#include "registry/task_slot.h"
#include "taskleak/internal/async_operation.h"
#include "taskleak/leak.h"
#include "taskleak/options.h"

namespace taskleak::registry {

/// Sets how much of the stack that creates a task is remembered from now on. Thread-safe.
void SetTaskStacks(TaskStacks stacks);
TaskStacks GetTaskStacks();

/// Registers a task that the calling thread creates at `site`; returns null if there is no memory.
/// A coroutine has no name but `code`, an address in one of its functions.
internal::TaskSlot* BeginTask(std::string_view name, std::uintptr_t site, std::uintptr_t code = 0);
/// Registers a coroutine that is known by its frame, which `call` allocates, in a function that
/// `caller` calls; returns null if there is no memory.
internal::TaskSlot* BeginFrame(FrameWord frame, std::uintptr_t call, std::uintptr_t caller);
/// Registers a fiber that the calling thread launches; `saved_sp` as in TaskRecord.
internal::TaskSlot* BeginFiber(std::uintptr_t saved_sp, const CreationStack* launched);
/// Registers an operation that the calling thread begins (taskleak/internal/async_operation.h);
/// null if there is no memory. It has no site but its whole creation stack.
internal::TaskSlot* BeginOperation(const internal::Operation& operation);
/// Registers one more unit like `other`; null if there is no memory.
internal::TaskSlot* CopyTask(const internal::TaskSlot& other);
void EndTask(internal::TaskSlot* slot);

/// Records that the calling thread runs the task from now on.
void RunTask(internal::TaskSlot* slot);
/// Records that no thread runs the task any more. `waiting` says what it waits for.
void SuspendTask(internal::TaskSlot* slot, WaitState state, std::string_view waiting);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_
