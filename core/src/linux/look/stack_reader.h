// Reads the stack of another thread of this process.
#ifndef TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_
#define TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "linux/proc/stack_bounds.h"
#include "linux/proc/thread_info.h"
#include "linux/unwind/raw_stack.h"
#include "taskleak/internal/fiber_task.h"

namespace taskleak::platform {

/// Holds one consistent look: the position and the stack belong to the same moment. `run` is known
/// for blocked threads only.
struct ThreadLook : Position {
  bool gone = false;  ///< the thread ended before it could be read
  RawStack stack;
  /// The errno if the kernel does not show where the thread is. The thread has then copied its own
  /// stack.
  std::optional<int> hidden{};
};

/// Says whether a thread may be interrupted for its stack.
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

/// Reads several threads of another process, each as LookAtThread() does. Uses several processors,
/// but stops running threads one after the other. Thread-safe.
std::vector<ThreadLook> LookAtThreads(const std::vector<int>& tids);

/// Returns the stack of code that is parked with the stack pointer `sp`, such as a fiber. Nothing
/// keeps the code there, so the caller must find out afterwards if it went on meanwhile.
/// Thread-safe.
RawStack ReadParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_STACK_READER_H_
