// What the creators and owners of tasks do (taskleak/task.h).
#ifndef TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_
#define TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_

#include <cstdint>
#include <string_view>

#include "registry/task_slot.h"
#include "taskleak/leak.h"
#include "taskleak/options.h"

namespace taskleak::registry {

/// What is remembered of where tasks are created, from now on. Thread-safe.
void SetTaskStacks(TaskStacks stacks);

/// Registers a task that the calling thread creates where `site` is; null if there is no memory.
internal::TaskSlot* BeginTask(std::string_view name, std::uintptr_t site);
/// One more unit like `other`; null if there is no memory.
internal::TaskSlot* CopyTask(const internal::TaskSlot& other);
void EndTask(internal::TaskSlot* slot);

/// Where the task is from now on; `thread` is 0 unless it is running.
void MoveTask(internal::TaskSlot* slot, WaitState state, int thread, std::string_view waiting);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_TASK_LIFE_H_
