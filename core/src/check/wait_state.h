// From a system call and the functions above it to what a thread waits for.
#ifndef TASKLEAK_SRC_CHECK_WAIT_STATE_H_
#define TASKLEAK_SRC_CHECK_WAIT_STATE_H_

#include <string_view>

#include "check/resolved_stack.h"
#include "platform/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::check {

/// What a thread waits for, and what tells it.
struct Wait {
  WaitState state = WaitState::kOther;
  std::string_view function;  ///< that waits so, "pthread_mutex_lock"; empty when only the system
                              ///< call's arguments tell, which may deceive
};

/// Functions on the stack are asked first. Without names (a stripped libc) a wait on a futex stays
/// kFutex unless the call itself tells more.
Wait ClassifyWait(const platform::BlockedAt& at, const ResolvedStack& stack);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_WAIT_STATE_H_
