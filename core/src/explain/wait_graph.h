// Who waits for whom.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_

#include <vector>

#include "explain/inspect.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Threads none of which can ever continue, as Deadlock has them.
struct FoundDeadlock {
  Deadlock::Kind kind = Deadlock::Kind::kCycle;
  std::vector<FoundUnit> units;
};

/// Finds out who holds what the findings wait for, and fills in their units' held_by; holders that
/// are none of the findings are looked at in their turn, without a signal. Returns the deadlocks
/// that this leads to.
///
/// A holder is named only if, after it was looked at, memory still names it and the waiter has not
/// run. A circle is a deadlock only if at one moment all of it was blocked without a time limit,
/// and each lock named its holder then. So locks that are merely busy are never taken for one.
std::vector<FoundDeadlock> FollowWaits(std::vector<Finding>& findings, Inspector& inspector);

/// Returns true if it is shown that the thread `tid` can never go on, because it is in such a
/// circle or waits, directly or through others, for a thread that is. Reads no stack unless the
/// thread waits for something that looks like a held lock or a join. Sends no signal. Thread-safe.
bool IsInDeadlock(int tid);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_
