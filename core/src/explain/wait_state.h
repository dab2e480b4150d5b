// Finds out from a system call and the functions above it what a thread waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_

#include <string_view>

#include "linux/proc/thread_info.h"
#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Holds the wait of a thread, and the function that shows it.
struct Wait {
  WaitState state = WaitState::kOther;
  std::string_view function;  ///< the waiting function, "pthread_mutex_lock"; empty if only the
                              ///< system call's arguments show it, which may deceive
};

/// Classifies a wait by the functions on the stack, then by the function of libc that the innermost
/// caller outside of libc has called, and only inside libc by the system call's arguments. Without
/// a stack, a wait is kFutex if its arguments alone do not show what it is. A futex call that the
/// program makes itself is a wait for an object of its own: kFutex for any arguments.
Wait ClassifyWait(const platform::BlockedAt& at, const symbolize::ResolvedStack& stack);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_
