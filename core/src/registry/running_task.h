// Which task the calling thread runs, and from which test what it creates descends.
#ifndef TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
#define TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_

#include "registry/origin.h"
#include "taskleak/internal/task_head.h"

namespace taskleak::registry {

/// Of the calling thread; null if it runs none.
inline internal::TaskHead* Running() { return internal::t_tasks.running; }
/// 0: none.
inline std::uint64_t SerialOf(const internal::TaskHead* task) {
  return task == nullptr ? 0 : task->serial.load(std::memory_order_relaxed);
}
inline std::uint64_t RunningSerial() { return SerialOf(Running()); }

/// Where the calling thread itself descends from; 0 if it was not created through the hooks.
Origin OriginOfThread();

/// Of what the calling thread creates while it runs no task: the scope that it has opened, else its
/// own, else a guess.
inline Origin OriginOutsideTasks() {
  if (const Origin scope = OwnScope(); scope != 0) return scope;
  const Origin own = OriginOfThread();
  return own != 0 ? OriginBy(own) : GuessedOrigin();
}

/// Of what the calling thread creates now: that of the task it runs, unless it has opened a scope
/// in that, or else as above.
inline Origin OriginHere() {
  const internal::TaskHead* const running = Running();
  return running != nullptr && !OwnScopeIsInner()
             ? OriginBy(running->origin.load(std::memory_order_relaxed))
             : OriginOutsideTasks();
}

/// The calling thread's number in the kernel, for which it is asked once.
inline int ThreadNumber() {
  if (internal::t_tasks.turn.word() == 0) internal::SetFirstTurn();
  return static_cast<int>(internal::t_tasks.turn.where());
}

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
