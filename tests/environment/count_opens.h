// Opens that fail one by one. seccomp(2) stops each open, and a handler makes those that succeed.
#ifndef TASKLEAK_TESTS_ENVIRONMENT_COUNT_OPENS_H_
#define TASKLEAK_TESTS_ENVIRONMENT_COUNT_OPENS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "environment/leak.h"
#include "linux/arch/context.h"
#include "linux/arch/registers.h"

namespace taskleak::environment {

/// The number of opens that still succeed, and the number that fail with EMFILE after them.
inline std::atomic<long> g_opens_succeeding{std::numeric_limits<long>::max()};
inline std::atomic<long> g_opens_failing{0};

// The sixth argument, which openat(2) does not use. It marks the handler's own opens.
inline constexpr unsigned kOwn = 0x6f70656e;

/// Sets what the system call returns at which a handler's thread was stopped.
inline void SetResult(ucontext_t* context, long result) {
#if defined(__aarch64__)
  context->uc_mcontext.regs[0] = static_cast<__u64>(result);
#else
  context->uc_mcontext.gregs[REG_RAX] = result;
#endif
}

inline void OpenOrFail(int, siginfo_t*, void* context) {
  auto* const thread = static_cast<ucontext_t*>(context);
  const int error = errno;
  if (g_opens_succeeding.fetch_sub(1) <= 0 && g_opens_failing.fetch_sub(1) > 0) {
    SetResult(thread, -EMFILE);
  } else {
    std::array<std::uint64_t, platform::kRegisterCount> registers{};
    platform::CopyRegisters(*thread, registers.data());
    const auto argument = [&](std::size_t i) { return registers[platform::kCallArguments[i]]; };
    const long fd =
        syscall(SYS_openat, argument(0), argument(1), argument(2), argument(3), 0, kOwn);
    SetResult(thread, fd < 0 ? -errno : fd);
  }
  errno = error;
}

/// Makes the calling thread, and threads that it starts, open files by OpenOrFail from now on.
inline void CountOpens() {
  struct sigaction action {};
  action.sa_sigaction = OpenOrFail;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  constexpr auto kSixth = static_cast<unsigned>(offsetof(seccomp_data, args) + 5 * sizeof(__u64));
  std::array<sock_filter, 6> filter = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSixth),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOwn, 1, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program = {filter.size(), filter.data()};
  if (sigaction(SIGSYS, &action, nullptr) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit(kNotSetUp);
}

}  // namespace taskleak::environment

#endif  // TASKLEAK_TESTS_ENVIRONMENT_COUNT_OPENS_H_
