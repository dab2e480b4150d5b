#include "linux/look/wait_call.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "linux/arch/call_numbers.h"

namespace taskleak::platform {
namespace {

using enum WaitState;
using enum CallObject;
using Limit = LimitForm;

constexpr std::array kWaitCalls = std::to_array<WaitCall>({
    {SYS_futex, "futex", kFutex, kNone, Limit::kFutex, 3},
    {SYS_futex_waitv, "futex_waitv", kFutex, kNone, Limit::kClock, 3},
    {SYS_nanosleep, "nanosleep", kSleep, kNone, Limit::kDuration, 0},
    {SYS_clock_nanosleep, "clock_nanosleep", kSleep, kNone, Limit::kSleep, 2},
    {kPollCall, "poll", kPoll, kNone, Limit::kMilliseconds, 2},
    {SYS_ppoll, "ppoll", kPoll, kNone, Limit::kDuration, 2},
    {kEpollWaitCall, "epoll_wait", kEpoll, kDescriptor, Limit::kMilliseconds, 3},
    {SYS_epoll_pwait, "epoll_pwait", kEpoll, kDescriptor, Limit::kMilliseconds, 3},
    {SYS_epoll_pwait2, "epoll_pwait2", kEpoll, kDescriptor, Limit::kDuration, 3},
    {kSelectCall, "select", kSelect, kNone, Limit::kMicroseconds, 4},
    {SYS_pselect6, "pselect6", kSelect, kNone, Limit::kDuration, 4},
    {SYS_read, "read", kRead, kDescriptor, Limit::kReceiveTimeout},
    {SYS_readv, "readv", kRead, kDescriptor},
    {SYS_pread64, "pread64", kRead, kDescriptor},
    {SYS_preadv, "preadv", kRead, kDescriptor},
    {SYS_preadv2, "preadv2", kRead, kDescriptor},
    {SYS_write, "write", kWrite, kDescriptor, Limit::kSendTimeout},
    {SYS_writev, "writev", kWrite, kDescriptor},
    {SYS_pwrite64, "pwrite64", kWrite, kDescriptor},
    {SYS_pwritev, "pwritev", kWrite, kDescriptor},
    {SYS_pwritev2, "pwritev2", kWrite, kDescriptor},
    {SYS_accept, "accept", kAccept, kDescriptor, Limit::kReceiveTimeout},
    {SYS_accept4, "accept4", kAccept, kDescriptor, Limit::kReceiveTimeout},
    {SYS_connect, "connect", kConnect, kDescriptor, Limit::kSendTimeout},
    {SYS_recvfrom, "recvfrom", kRecv, kDescriptor, Limit::kReceiveTimeout},
    {SYS_recvmsg, "recvmsg", kRecv, kDescriptor, Limit::kReceiveTimeout},
    {SYS_recvmmsg, "recvmmsg", kRecv, kDescriptor},
    {SYS_sendto, "sendto", kSend, kDescriptor, Limit::kSendTimeout},
    {SYS_sendmsg, "sendmsg", kSend, kDescriptor, Limit::kSendTimeout},
    {SYS_sendmmsg, "sendmmsg", kSend, kDescriptor},
    {SYS_msgrcv, "msgrcv", kRecv},
    {SYS_msgsnd, "msgsnd", kSend},
    {SYS_mq_timedreceive, "mq_timedreceive", kRecv, kNone, Limit::kRealTime, 4},
    {SYS_mq_timedsend, "mq_timedsend", kSend, kNone, Limit::kRealTime, 4},
    {SYS_wait4, "wait4", kWaitChild},
    {SYS_waitid, "waitid", kWaitChild},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", kSignalWait, kNone, Limit::kDuration, 2},
    {SYS_rt_sigsuspend, "rt_sigsuspend", kSignalWait},
    {kPauseCall, "pause", kSignalWait},
    {SYS_semop, "semop", kSemaphore},
    {SYS_semtimedop, "semtimedop", kSemaphore, kNone, Limit::kDuration, 3},
    // These calls have no state of their own.
    {SYS_flock, "flock", kOther, kDescriptor},
    {SYS_fcntl, "fcntl", kOther, kDescriptor},
    {kOpenCall, "open", kOther, kPath},
    {SYS_openat, "openat", kOther, kPathAt},
    {SYS_openat2, "openat2", kOther, kPathAt},
    {kCreatCall, "creat", kOther, kPath},
    {kVforkCall, "vfork", kOther, kChild},
    {SYS_clone, "clone", kOther, kChild},
    {SYS_clone3, "clone3", kOther, kChild},
    {SYS_ioctl, "ioctl", kOther, kDescriptor},
    {SYS_close, "close", kOther, kDescriptor},
    {SYS_fsync, "fsync", kOther, kDescriptor},
    {SYS_fdatasync, "fdatasync", kOther, kDescriptor},
    {SYS_sync_file_range, "sync_file_range", kOther, kDescriptor},
    {SYS_ftruncate, "ftruncate", kOther, kDescriptor},
    {SYS_fallocate, "fallocate", kOther, kDescriptor},
    {SYS_getdents64, "getdents64", kOther, kDescriptor},
    {SYS_splice, "splice", kOther, kDescriptor},
    {SYS_tee, "tee", kOther, kDescriptor},
    {SYS_vmsplice, "vmsplice", kOther, kDescriptor},
    {SYS_sendfile, "sendfile", kOther, kDescriptor},
    {SYS_copy_file_range, "copy_file_range", kOther, kDescriptor},
    {SYS_io_uring_enter, "io_uring_enter", kOther, kDescriptor},
    {SYS_io_getevents, "io_getevents"},
    {SYS_io_pgetevents, "io_pgetevents"},
    {kStatCall, "stat", kOther, kPath},
    {kUnlinkCall, "unlink", kOther, kPath},
    {SYS_getrandom, "getrandom"},
    {SYS_sync, "sync"},
    {SYS_msync, "msync"},
});

}  // namespace

const WaitCall* FindWaitCall(const BlockedAt& at) {
  if (at.running || at.number < 0) return nullptr;
  const auto* const call = std::ranges::find(kWaitCalls, at.number, &WaitCall::number);
  return call == kWaitCalls.end() ? nullptr : call;
}

}  // namespace taskleak::platform
