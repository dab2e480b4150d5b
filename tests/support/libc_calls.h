// The system calls that functions of the C library make: not every processor has one of the same
// name for each.
#ifndef TASKLEAK_TESTS_SUPPORT_LIBC_CALLS_H_
#define TASKLEAK_TESTS_SUPPORT_LIBC_CALLS_H_

#include <sys/syscall.h>

namespace taskleak {

#ifdef SYS_poll
inline constexpr long kCallOfPoll = SYS_poll;
#else
inline constexpr long kCallOfPoll = SYS_ppoll;
#endif

#ifdef SYS_epoll_wait
inline constexpr long kCallOfEpollWait = SYS_epoll_wait;
#else
inline constexpr long kCallOfEpollWait = SYS_epoll_pwait;
#endif

#ifdef SYS_select
inline constexpr long kCallOfSelect = SYS_select;
#else
inline constexpr long kCallOfSelect = SYS_pselect6;
#endif

#ifdef SYS_pause
inline constexpr long kCallOfPause = SYS_pause;
#else
inline constexpr long kCallOfPause = SYS_ppoll;
#endif

#ifdef SYS_vfork
inline constexpr long kCallOfVfork = SYS_vfork;
#else
inline constexpr long kCallOfVfork = SYS_clone;
#endif

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_SUPPORT_LIBC_CALLS_H_
