// A thread that stands still for its tracer.
#ifndef TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_
#define TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_

#include <sys/wait.h>

#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

/// Returns the signal to deliver when a thread that stopped with this status continues. A signal
/// that was on its way to the thread would be lost otherwise (ptrace(2), "Signal-delivery-stop").
/// Returns 0 if the thread stopped because of the tracer's request.
TASKLEAK_UNINSTRUMENTED inline int SignalOfStop(int status) {
  constexpr int kEventShift = 16;
  return status >> kEventShift == 0 ? WSTOPSIG(status) : 0;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_
