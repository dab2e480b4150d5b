// From a system call and the functions above it to what a thread waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_

#include <string_view>

#include "linux/proc/thread_info.h"
#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// What a thread waits for, and what shows it.
struct Wait {
  WaitState state = WaitState::kOther;
  std::string_view function;  ///< that waits so, "pthread_mutex_lock"; empty when only the system
                              ///< call's arguments show it, which may deceive
};

/// Goes by the functions on the stack, then by the function of libc that the innermost caller from
/// outside has called, and only inside libc by the system call's arguments. A futex call that the
/// program makes itself is a wait for something of its own: kFutex, whatever its arguments are.
Wait ClassifyWait(const platform::BlockedAt& at, const symbolize::ResolvedStack& stack);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_STATE_H_
