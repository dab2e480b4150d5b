#include "linux/look/trace_look.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "linux/arch/context.h"
#include "linux/look/trace_stop.h"
#include "linux/proc/thread_info.h"
#include "linux/unwind/unwinder.h"

namespace taskleak::platform {
namespace {

/// A thread that is traced as long as this object lives.
class Traced {
 public:
  explicit Traced(int tid) : tid_(tid), seized_(Call(PTRACE_SEIZE)) {}
  ~Traced() {
    if (seized_) Call(PTRACE_DETACH, signal_);
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;

  // Returns whether it stands still; else errno is set.
  [[nodiscard]] bool Stop() {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kDeadline{100};
    if (!seized_ || !Call(PTRACE_INTERRUPT)) return false;
    const Clock::time_point end = Clock::now() + kDeadline;
    int status = 0;
    for (;;) {
      const pid_t stopped = waitpid(tid_, &status, __WALL | WNOHANG);
      if (stopped == tid_) {
        signal_ = WIFSTOPPED(status) ? SignalOfStop(status) : 0;
        return WIFSTOPPED(status);
      }
      if (stopped < 0) return false;
      if (Clock::now() > end) break;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    errno = ETIMEDOUT;
    return false;
  }

  [[nodiscard]] bool Read(user_regs_struct* registers) const {
    iovec room = {registers, sizeof *registers};
    return ptrace(PTRACE_GETREGSET, tid_, NT_PRSTATUS, &room) == 0;
  }

 private:
  bool Call(__ptrace_request request, long data = 0) const {
    return ptrace(request, tid_, nullptr, data) == 0;
  }

  int tid_;
  bool seized_;
  int signal_ = 0;  // which the thread was about to take when it stopped
};

}  // namespace

ThreadLook LookByTrace(int tid, const BlockedLook& blocked, StackImage& image) {
  ThreadLook look;
  look.at.running = true;
  look.gone = HasEnded(tid);
  if (look.gone) return look;
  Traced traced(tid);
  user_regs_struct values{};
  if (!traced.Stop() || !traced.Read(&values)) {
    look.stack.missing = {Missing::Reason::kNotStopped, blocked.failure, errno};
    return look;
  }
  if (!image.Copy(StackPointerOf(values))) {
    look.stack.missing = {Missing::Reason::kUnreadable};
    return look;
  }
  look.stack = Unwind({ToRegisters(values), /*is_return_address=*/false}, image);
  return look;
}

}  // namespace taskleak::platform
