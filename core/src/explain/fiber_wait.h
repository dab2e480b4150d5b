// From a parked fiber's stack to what it waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_
#define TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_

#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// By the functions of Boost.Fiber that its own code has called; kSuspended where their names do
/// not tell, as when templates were inlined and there is no debug information.
WaitState ClassifyFiberWait(const symbolize::ResolvedStack& stack);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_
