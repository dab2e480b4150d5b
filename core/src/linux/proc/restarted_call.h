// Finds out which system call a thread is in again after it was stopped.
#ifndef TASKLEAK_SRC_LINUX_PROC_RESTARTED_CALL_H_
#define TASKLEAK_SRC_LINUX_PROC_RESTARTED_CALL_H_

#include <array>
#include <cstdint>

namespace taskleak::platform {

/// Returns the number of the call that restart_syscall(2) continues, by its arguments, which stay
/// the same. A thread makes that call when it was stopped in another one with a time limit, as by
/// SIGSTOP, a debugger or the system's suspension. Returns the number of restart_syscall itself if
/// the arguments fit none.
long FindRestartedCall(const std::array<std::uint64_t, 6>& arguments);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_RESTARTED_CALL_H_
