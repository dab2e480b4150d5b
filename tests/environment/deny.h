// System calls that fail, by seccomp(2).
#ifndef TASKLEAK_TESTS_ENVIRONMENT_DENY_H_
#define TASKLEAK_TESTS_ENVIRONMENT_DENY_H_

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "environment/leak.h"

namespace taskleak::environment {

struct Call {
  const char* name;
  long number;
};

/// The system calls of a look, made directly or through libc and libdw. A test compares the list
/// with the output of strace. Four calls are left out: write(2), which prints the report;
/// exit_group(2); brk(2), whose error libc takes for an address; and futex(2), whose failure makes
/// libc end the process.
inline constexpr Call kCallsOfALook[] = {
#ifdef SYS_access
    {"access", SYS_access},
#endif
    {"clock_gettime", SYS_clock_gettime},
    {"clock_nanosleep", SYS_clock_nanosleep},
    {"clone", SYS_clone},
    {"close", SYS_close},
    {"faccessat", SYS_faccessat},
    {"fcntl", SYS_fcntl},
    {"fstat", SYS_fstat},
    {"getdents64", SYS_getdents64},
    {"getpid", SYS_getpid},
    {"gettid", SYS_gettid},
    {"getuid", SYS_getuid},
    {"kcmp", SYS_kcmp},
    {"lseek", SYS_lseek},
    {"madvise", SYS_madvise},
    {"mincore", SYS_mincore},
    {"mmap", SYS_mmap},
    {"mprotect", SYS_mprotect},
    {"munmap", SYS_munmap},
    {"newfstatat", SYS_newfstatat},
    {"openat", SYS_openat},
    {"nanosleep", SYS_nanosleep},
    {"pread64", SYS_pread64},
    {"process_vm_readv", SYS_process_vm_readv},
    {"ptrace", SYS_ptrace},
    {"read", SYS_read},
#ifdef SYS_readlink
    {"readlink", SYS_readlink},
#else
    {"readlinkat", SYS_readlinkat},
#endif
    {"rt_sigaction", SYS_rt_sigaction},
    {"rt_sigprocmask", SYS_rt_sigprocmask},
    {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo},
    {"sched_yield", SYS_sched_yield},
    {"statfs", SYS_statfs},
    {"sysinfo", SYS_sysinfo},
    {"tgkill", SYS_tgkill},
    {"wait4", SYS_wait4},
    {"waitid", SYS_waitid},
};

/// Makes the call fail with `error` from now on, in the calling thread and in threads that it
/// starts.
inline void Deny(long call, unsigned error) {
  std::array<sock_filter, 4> filter = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program = {filter.size(), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit(kNotSetUp);
}

}  // namespace taskleak::environment

#endif  // TASKLEAK_TESTS_ENVIRONMENT_DENY_H_
