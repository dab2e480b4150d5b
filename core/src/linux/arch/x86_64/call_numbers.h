// Numbers of system calls that not every processor has.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_CALL_NUMBERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_CALL_NUMBERS_H_

#include <sys/syscall.h>

namespace taskleak::platform {

inline constexpr long kPollCall = SYS_poll;
inline constexpr long kEpollWaitCall = SYS_epoll_wait;
inline constexpr long kSelectCall = SYS_select;
inline constexpr long kPauseCall = SYS_pause;
inline constexpr long kOpenCall = SYS_open;
inline constexpr long kCreatCall = SYS_creat;
inline constexpr long kVforkCall = SYS_vfork;
inline constexpr long kStatCall = SYS_stat;
inline constexpr long kUnlinkCall = SYS_unlink;

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_CALL_NUMBERS_H_
