// A thread that stands still for its tracer.
#ifndef TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_
#define TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_

#include <sys/wait.h>

#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

/// Returns the signal with which a thread that stopped with this status must be let go on: one that
/// was on its way to the thread just then would be lost otherwise (ptrace(2), "Signal-delivery-
/// stop"). 0 if it stopped because it was told to.
TASKLEAK_UNINSTRUMENTED inline int SignalOfStop(int status) {
  constexpr int kEventShift = 16;
  return status >> kEventShift == 0 ? WSTOPSIG(status) : 0;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_TRACE_STOP_H_
