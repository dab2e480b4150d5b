// Finds the tasks that are alive (taskleak/task.h).
#ifndef TASKLEAK_SRC_REGISTRY_TASK_REGISTRY_H_
#define TASKLEAK_SRC_REGISTRY_TASK_REGISTRY_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "registry/creation_stacks.h"
#include "registry/frame_word.h"
#include "registry/origin.h"
#include "taskleak/leak.h"

namespace taskleak::internal {
struct TaskSlot;
}  // namespace taskleak::internal

namespace taskleak::registry {

/// Numbers the times between two looks. A task keeps the epoch of its birth, so "born since" is one
/// comparison, and a look needs no list of live tasks.
using Epoch = std::uint64_t;

/// A copy of what is known of one task.
struct TaskRecord {
  std::uint64_t serial = 0;  ///< never used again
  bool ended = false;        ///< while it was read: then only this much, and `name`, is known
  Epoch epoch = 0;
  std::uint64_t parent = 0;  ///< serial of the task that created it; 0: none
  Origin origin = 0;
  std::chrono::milliseconds age{0};
  std::uintptr_t site = 0;  ///< return address in the code that created it; 0: not known
  /// The stack from `site` outwards. If `site` is not known, it begins somewhere in a library that
  /// was called to create the task. Null: not known.
  const CreationStack* created = nullptr;
  std::string name;
  WaitState state = WaitState::kQueued;
  int thread = 0;  ///< that runs it; 0 if it is not running
  std::string waiting;
  std::uintptr_t code = 0;  ///< a function of the coroutine, or that an operation calls; may be 0
  const char* file = nullptr;  ///< where the coroutine awaits; its module may be gone
  int line = 0;
  std::uint64_t awaited_by = 0;  ///< serial of the coroutine that goes on after it; 0: not known
  std::uintptr_t saved_sp = 0;   ///< where a fiber's stack pointer is kept while it is parked (0
                                 ///< while it runs); 0 if it is not a fiber
  /// The frame of a coroutine that is known only by its allocation. In that case `code` is the
  /// return address of the allocation, `site` is the code that called the coroutine, and `state`
  /// has no meaning.
  FrameWord frame;
  bool unverified = false;       ///< found by a search of memory, and not in a slot
  std::uintptr_t call = 0;       ///< that return address, once `code` is the coroutine's function
  std::uintptr_t resume = 0;     ///< the function that continues it; 0: not known
  std::uintptr_t awaits_at = 0;  ///< the code that suspended it; 0: not known, or `line` is set
  std::uintptr_t other_suspension = 0;  ///< GCC's code that suspends it at its start or its end
  int descriptor = -1;                  ///< on which it waits; -1: none
  const char* hint = nullptr;           ///< its module may be gone; may be null
  std::uint64_t place = 0;              ///< changes when state, thread, line or text do
  const internal::TaskSlot* slot = nullptr;
};

/// Reads the task in a slot that held one just now, with its age at `now` (nanoseconds of the
/// monotonic clock). The parts of a task that never stops changing may be of two moments, and it
/// has no text of what it waits for. Returns nothing if the slot is free.
std::optional<TaskRecord> ReadTask(const internal::TaskSlot& slot, std::int64_t now);

/// Returns whether the task is alive and has changed nothing since `record` was made. If so, what
/// was read since of the task's frame or stack was not yet another's. Returns true for a task
/// without a slot.
bool IsStill(const TaskRecord& record);

/// Returns the epoch of tasks that are born from now on. Later epochs are greater. Returns the same
/// epoch as before if no task was born since. Thread-safe, like all functions below.
Epoch BeginEpoch();

/// Calls `visit` for each task of the epochs from `first` on that is alive and was not adopted. If
/// none was born since `first`, that is one comparison. A task that is born, changes or ends
/// meanwhile may or may not be visited.
void ForEachTask(Epoch first, const std::function<void(const TaskRecord&)>& visit);

/// Does the same for all tasks that are alive, adopted or not, except those that end while they are
/// read.
void ForEveryTask(const std::function<void(const TaskRecord&)>& visit);

/// Holds what is cheap to find out about a task.
struct TaskGlance {
  WaitState state = WaitState::kQueued;
  std::uintptr_t site = 0;  ///< this and the next as in TaskRecord
  const CreationStack* created = nullptr;
  std::chrono::milliseconds age{0};
};

/// Counts all tasks ever born in this process (and in those it was forked from), and those that
/// have ended. Neither count ever falls.
struct TaskTotals {
  std::uint64_t born = 0;
  std::uint64_t ended = 0;
};

/// Calls `visit` for every task that is alive, and counts them all. A glance at a task that changes
/// meanwhile may be of two moments.
TaskTotals GlanceAtTasks(const std::function<void(const TaskGlance&)>& visit);

/// Adopts the tasks for which `which` returns true: ForEachTask leaves them out. What they create
/// from now on is background, except for what the task that calls this creates.
void AdoptTasks(Epoch first, const std::function<bool(const TaskRecord&)>& which);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_TASK_REGISTRY_H_
