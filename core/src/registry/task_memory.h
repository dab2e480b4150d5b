// Manages the memory of all tasks: slots in chunks that are never freed, and each thread's store of
// free slots.
#ifndef TASKLEAK_SRC_REGISTRY_TASK_MEMORY_H_
#define TASKLEAK_SRC_REGISTRY_TASK_MEMORY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "registry/task_slot.h"

namespace taskleak::registry {

/// Slots that were allocated together.
struct TaskChunk {
  static constexpr std::size_t kSlots = 64;

  TaskChunk* next = nullptr;  ///< constant once the chunk is in the list
  /// No task in this chunk is of a later epoch.
  std::atomic<std::uint64_t> newest_epoch{0};
  std::array<internal::TaskSlot, kSlots> slots;
};

/// Is the list of all chunks, under a name by which another process finds it
/// (registry/other_tasks.h). It only grows, at its head.
struct TaskList {
  /// A list is read only by the version that wrote it, since all of it may change.
  std::array<char, 16> version;
  std::uint32_t chunk_size;
  std::uint32_t slot_size;
  std::atomic<TaskChunk*> first;
};

/// Returns a slot with serial 0, or null if there is no memory. Takes a lock at most once in 32
/// calls, and none as long as the thread gives back what it takes.
internal::TaskSlot* TakeSlot();
/// Gives back a slot, which must have serial 0 again. Any thread may call it.
void GiveBack(internal::TaskHead* slot);

/// Makes forked children begin without their parent's tasks, from the first call on. Called when
/// the program is loaded; code that runs earlier calls it, too.
void FollowForks();

/// Returns the head of this process's list.
TaskChunk* FirstChunk();

}  // namespace taskleak::registry

/// This process's list. Hidden, so that two taskleaks in one process do not share it.
extern "C" [[gnu::visibility("hidden")]] taskleak::registry::TaskList taskleak_task_list;

#endif  // TASKLEAK_SRC_REGISTRY_TASK_MEMORY_H_
