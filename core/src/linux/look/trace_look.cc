#include "linux/look/trace_look.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "base/result.h"
#include "linux/arch/context.h"
#include "linux/look/trace_stop.h"
#include "linux/proc/thread_info.h"
#include "linux/unwind/unwinder.h"

namespace taskleak::platform {
namespace {

/// A thread that is traced as long as this object lives.
class Traced {
 public:
  explicit Traced(int tid) : tid_(tid), not_seized_(Call(PTRACE_SEIZE)) {}
  ~Traced() {
    if (!not_seized_) static_cast<void>(Call(PTRACE_DETACH, signal_));
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;

  // Stops the thread and reads its registers. The thread stands still from the return on, unless
  // this fails.
  [[nodiscard]] Result<user_regs_struct> StopAndRead() {
    if (const auto error = Stop()) return *error;
    user_regs_struct registers{};
    iovec room = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, tid_, NT_PRSTATUS, &room) != 0) return Error::OfLastCall();
    return registers;
  }

 private:
  [[nodiscard]] std::optional<Error> Stop() {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kDeadline{100};
    if (not_seized_) return not_seized_;
    if (const auto error = Call(PTRACE_INTERRUPT)) return error;
    const Clock::time_point end = Clock::now() + kDeadline;
    int status = 0;
    for (;;) {
      const pid_t stopped = waitpid(tid_, &status, __WALL | WNOHANG);
      if (stopped == tid_) {
        if (!WIFSTOPPED(status)) return Error{ESRCH};
        signal_ = SignalOfStop(status);
        return std::nullopt;
      }
      if (stopped < 0) return Error::OfLastCall();
      if (Clock::now() > end) break;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return Error{ETIMEDOUT};
  }

  [[nodiscard]] std::optional<Error> Call(__ptrace_request request, long data = 0) const {
    if (ptrace(request, tid_, nullptr, data) == 0) return std::nullopt;
    return Error::OfLastCall();
  }

  int tid_;
  std::optional<Error> not_seized_;
  int signal_ = 0;  // which the thread was about to take when it stopped
};

}  // namespace

ThreadLook LookByTrace(int tid, const BlockedLook& blocked, StackImage& image) {
  ThreadLook look;
  look.at.running = true;
  look.gone = HasEnded(tid);
  if (look.gone) return look;
  Traced traced(tid);
  const auto registers = traced.StopAndRead();
  if (!registers) {
    look.stack.missing = {Missing::Reason::kNotStopped, blocked.failure, registers.error().number};
    return look;
  }
  if (!image.Copy(StackPointerOf(*registers))) {
    look.stack.missing = {Missing::Reason::kUnreadable};
    return look;
  }
  look.stack = Unwind({ToRegisters(*registers), /*is_return_address=*/false}, image);
  return look;
}

}  // namespace taskleak::platform
