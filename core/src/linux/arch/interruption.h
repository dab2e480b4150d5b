// The results of system calls that a signal interrupted.
#ifndef TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_
#define TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_

#include <cerrno>

namespace taskleak::platform {

/// Returns true for the result of a call that waited until a signal came. The kernel's own errors
/// reach no program, but registers that are saved before the signal is handled have them
/// (include/linux/errno.h: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK).
inline bool IsInterruption(long result) {
  constexpr long kRestartSystemCall = 512;
  constexpr long kRestartAlways = 513;
  constexpr long kRestartIfNoHandler = 514;
  constexpr long kRestartByBlock = 516;
  return result == -EINTR || result == -kRestartSystemCall || result == -kRestartAlways ||
         result == -kRestartIfNoHandler || result == -kRestartByBlock;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_
