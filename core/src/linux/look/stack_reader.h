// The stack of another thread of this process.
#ifndef TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_
#define TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "linux/proc/stack_bounds.h"
#include "linux/proc/thread_info.h"
#include "taskleak/internal/fiber_task.h"

namespace taskleak::platform {

struct RawFrame {
  std::uintptr_t pc = 0;  ///< the address at which the frame is (a return address for all but the
                          ///< first and signal frames)
  bool is_return_address = false;  ///< then the call is the instruction before pc: look up pc - 1
  bool guessed = false;            ///< found by searching the stack, not by call frame information

  /// An address within the instruction that the frame executes: for a caller, its call.
  [[nodiscard]] std::uintptr_t instruction() const { return pc - (is_return_address ? 1 : 0); }
  bool operator==(const RawFrame&) const = default;
};

struct RawStack {
  std::vector<RawFrame> frames;  ///< innermost first
  std::string missing;  ///< why frames are missing; empty when the stack reaches the thread's start
};

/// One consistent look: `at` and `stack` belong to the same moment.
struct ThreadLook {
  bool gone = false;  ///< the thread ended before it could be read
  BlockedAt at;
  RunCount run;  ///< of a blocked thread: unchanged as long as it stays at `at`
  RawStack stack;
  std::string note;  ///< how it was read, where it could not be in the usual way
};

/// Whether a thread may be interrupted for its stack.
enum class Signals {
  kNone,     ///< a thread that runs, or cannot be read otherwise, goes without a stack
  kAllowed,  ///< such a thread is stopped for a moment; where that is not permitted, it copies its
             ///< own stack in a signal handler
};

/// Reads one thread (not the caller's own). A blocked thread is neither signalled nor stopped: its
/// registers come from task/TID/syscall, its stack is copied, and the copy is used only if the
/// thread has not run in between. A running thread is stopped with ptrace for a moment. Where that
/// is not permitted, or the kernel does not show where the thread is, it copies its own stack in a
/// handler for SIGURG, if it does not block that signal, `find_stack` knows its stack and there is
/// room for the handler. Thread-safe; one look at a time.
ThreadLook LookAtThread(int tid, Signals signals = Signals::kAllowed,
                        StackFinder find_stack = nullptr);

/// The stack of code that is parked with the stack pointer `sp`, such as a fiber's. Nothing holds
/// it there: the caller must find out afterwards whether it went on meanwhile. Thread-safe.
RawStack ReadParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout);

/// The calling thread's own stack, without this function. For the hang report and tests.
RawStack OwnStack();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_
