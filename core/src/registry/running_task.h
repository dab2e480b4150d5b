// Finds the task that the calling thread runs, and the test that its creations descend from.
#ifndef TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
#define TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_

#include "registry/origin.h"
#include "taskleak/internal/task_head.h"

namespace taskleak::registry {

/// Returns the task that the calling thread runs, or null.
inline internal::TaskHead* Running() { return internal::t_tasks.running; }
/// Returns the task's serial; 0 if there is none.
inline std::uint64_t SerialOf(const internal::TaskHead* task) {
  return task == nullptr ? 0 : task->serial.load(std::memory_order_relaxed);
}
inline std::uint64_t RunningSerial() { return SerialOf(Running()); }

/// Returns the origin of the calling thread; 0 if it was not created through the hooks.
Origin OriginOfThread();

/// Returns the origin of what the calling thread creates outside of tasks: the scope that it has
/// opened, or else what follows from its own origin, or else a guess.
inline Origin OriginOutsideTasks() {
  if (const Origin scope = OwnScope(); scope != 0) return scope;
  const Origin own = OriginOfThread();
  return own != 0 ? OriginBy(own) : GuessedOrigin();
}

/// Returns the origin of what the calling thread creates now. If it runs a task and has not opened
/// a scope in it, this follows from the task; otherwise it is as above.
inline Origin OriginHere() {
  const internal::TaskHead* const running = Running();
  return running != nullptr && !OwnScopeIsInner()
             ? OriginBy(running->origin.load(std::memory_order_relaxed))
             : OriginOutsideTasks();
}

/// Returns the calling thread's id. Asks the kernel once.
inline int ThreadNumber() {
  if (internal::t_tasks.turn.word() == 0) internal::SetFirstTurn();
  return static_cast<int>(internal::t_tasks.turn.where());
}

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
