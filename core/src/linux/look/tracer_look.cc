#include "linux/look/tracer_look.h"

#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "linux/arch/context.h"
#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/look/copy_signal.h"
#include "linux/look/trace_stop.h"
#include "linux/unwind/unwinder.h"

namespace taskleak::platform {
namespace {

// The input and the results of the child.
struct Request {
  int tid = 0;
  int error = EIO;     // until a call sets another one
  bool ended = false;  // the thread has ended
  user_regs_struct registers{};
  std::uintptr_t base = 0;
  std::size_t size = 0;
};

// This memory is static and serves one look at a time.
struct Memory {
  alignas(64) std::array<char, kMostCopied> stack;
  alignas(64) std::array<char, std::size_t{16} << 10> own_stack;
};
Memory g_memory;

TASKLEAK_UNINSTRUMENTED long Trace(long request, int tid, long data = 0, long address = 0) {
  return RawCall(SYS_ptrace, request, tid, address, data);
}

// Returns the thread's wait status once it stands still or has ended; 0 if it does not in time.
TASKLEAK_UNINSTRUMENTED int AwaitStop(int tid) {
  constexpr int kMostPauses = 3000;
  constexpr long kNanoseconds = 50'000;
  const timespec pause = {0, kNanoseconds};
  for (int i = 0; i < kMostPauses; ++i) {
    int status = 0;
    const long stopped = RawCall(SYS_wait4, tid, reinterpret_cast<long>(&status), __WALL | WNOHANG);
    if (stopped != 0) return stopped == tid ? status : 0;
    RawCall(SYS_nanosleep, reinterpret_cast<long>(&pause), 0);
  }
  return 0;
}

// Copies the stopped thread's stack. The thread may hold any lock, so only system calls are made
// until it continues.
TASKLEAK_UNINSTRUMENTED void CopyStopped(Request& request) {
  const iovec room = {&request.registers, sizeof request.registers};
  if (Trace(PTRACE_GETREGSET, request.tid, reinterpret_cast<long>(&room), NT_PRSTATUS) != 0) return;
  request.base = StackPointerOf(request.registers) - kRedZone;
  // The child's own memory is the process's.
  const long copied = CopyOwnMemory(RawCall(SYS_getpid), request.base,
                                    reinterpret_cast<char*>(&g_memory.stack), kMostCopied);
  request.size = copied < 0 ? 0 : static_cast<std::size_t>(copied);
  request.error = 0;
}

// Runs in the child, whose end also ends the tracing.
TASKLEAK_UNINSTRUMENTED void RunTracer(void* argument) {
  Request& request = *static_cast<Request*>(argument);
  const long seized = Trace(PTRACE_SEIZE, request.tid);
  const long asked = seized < 0 ? seized : Trace(PTRACE_INTERRUPT, request.tid);
  if (asked < 0) {
    request.error = static_cast<int>(-asked);
    return;
  }
  const int status = AwaitStop(request.tid);
  request.ended = status != 0 && !WIFSTOPPED(status);
  if (status == 0) request.error = ETIMEDOUT;
  if (status == 0 || request.ended) return;
  CopyStopped(request);
  Trace(PTRACE_DETACH, request.tid, SignalOfStop(status));
}

// Blocks all signals, so that none of the program's is handled in the child, which has the same
// handlers.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// Returns when the child has ended. It sends no signal at its end, and is seen by no wait that does
// not ask for such children (waitpid(2), __WCLONE).
void TraceFromChild(Request& request) {
  const AllSignalsBlocked blocked;
  const long child = taskleak_start_tracer(CLONE_VM | CLONE_VFORK | CLONE_UNTRACED,
                                           g_memory.own_stack.data() + g_memory.own_stack.size(),
                                           RunTracer, &request);
  if (child < 0) {
    request.error = static_cast<int>(-child);
    return;
  }
  RawCall(SYS_wait4, child, 0, __WALL);
}

}  // namespace

Result<ThreadLook> LookByTracer(int tid, StackImage& image) {
  Request request;
  request.tid = tid;
  TraceFromChild(request);
  ThreadLook look;
  look.at.running = true;
  look.gone = request.ended;
  if (look.gone) return look;
  if (request.error != 0) return Error{request.error};
  image.Adopt(request.base, g_memory.stack.data(), request.size);
  look.stack = Unwind({ToRegisters(request.registers), /*is_return_address=*/false}, image);
  return look;
}

}  // namespace taskleak::platform
