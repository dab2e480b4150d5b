// Which task the calling thread runs, and from which test what it creates descends.
#ifndef TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
#define TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_

#include "registry/origin.h"
#include "taskleak/task_head.h"

namespace taskleak::registry {

/// Of the calling thread; null if it runs none.
inline internal::TaskHead* Running() { return internal::t_tasks.running; }
inline std::uint64_t RunningSerial() {
  const internal::TaskHead* const running = Running();
  return running == nullptr ? 0 : running->serial.load(std::memory_order_relaxed);
}

/// Where the calling thread itself descends from; 0 if it was not created through the hooks.
Origin OriginOfThread();

/// Of what the calling thread creates while it runs no task: its own, else the scope.
inline Origin OriginOutsideTasks() {
  const Origin own = OriginOfThread();
  return own != 0 ? own : CurrentOrigin();
}

/// Of what the calling thread creates now: that of the task it runs, else its own, else the scope.
inline Origin OriginHere() {
  const internal::TaskHead* const running = Running();
  return running != nullptr ? running->origin.load(std::memory_order_relaxed)
                            : OriginOutsideTasks();
}

/// The next turn of the calling thread, which is asked for its number in the kernel once.
internal::TaskPlace NextTurn();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
