// Finds out from a parked fiber's stack what it waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_
#define TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_

#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Returns the wait state, by the functions of Boost.Fiber that the fiber's own code has called.
/// Returns kSuspended if their names do not show it, for example if templates were inlined and
/// there is no debug information.
WaitState ClassifyFiberWait(const symbolize::ResolvedStack& stack);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_FIBER_WAIT_H_
