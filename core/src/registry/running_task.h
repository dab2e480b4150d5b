// Which task the calling thread runs, and from which test what it creates descends.
#ifndef TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
#define TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_

#include <cstdint>

#include "registry/origin.h"

namespace taskleak::registry {

struct RunningTask {
  std::uint64_t serial = 0;  ///< 0: none
  Origin origin = 0;
};

/// Of the calling thread; to be read and set.
inline constinit thread_local RunningTask t_running_task;

/// Where the calling thread itself descends from; 0 if it was not created through the hooks.
Origin OriginOfThread();

/// Of what the calling thread creates now: that of the task it runs, else its own, else the scope.
inline Origin OriginHere() {
  if (t_running_task.origin != 0) return t_running_task.origin;
  const Origin own = OriginOfThread();
  return own != 0 ? own : CurrentOrigin();
}

/// The calling thread's number in the kernel, for which it is asked once.
int ThreadNumber();
/// In a forked child, whose only thread has another one.
void ForgetThreadNumber();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RUNNING_TASK_H_
