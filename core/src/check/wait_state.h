// From a system call and the functions above it to what a thread waits for.
#ifndef TASKLEAK_SRC_CHECK_WAIT_STATE_H_
#define TASKLEAK_SRC_CHECK_WAIT_STATE_H_

#include "check/resolved_stack.h"
#include "platform/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::check {

/// Functions on the stack are asked first. Without names (a stripped libc) a wait on a futex stays
/// kFutex unless the call itself tells more.
WaitState ClassifyWait(const platform::BlockedAt& at, const ResolvedStack& stack);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_WAIT_STATE_H_
