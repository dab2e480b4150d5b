// The graph of threads that wait for each other.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_

#include <vector>

#include "explain/inspect.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Holds threads none of which can ever continue, like Deadlock.
struct FoundDeadlock {
  Deadlock::Kind kind = Deadlock::Kind::kCycle;
  std::vector<FoundUnit> units;
};

/// Finds the holders of what the findings wait for, and sets their units' held_by. Also looks at
/// holders that are not among the findings, without a signal. Returns the deadlocks among them.
///
/// A holder is named only if, after it was looked at, memory still names it and the waiter has not
/// run. A circle is a deadlock only if at one moment all of it was blocked without a time limit,
/// and each lock named its holder then. So locks that are merely busy are never taken for one.
std::vector<FoundDeadlock> FollowWaits(std::vector<Finding>& findings, Inspector& inspector);

/// Returns true if it is shown that the thread `tid` can never go on, because it is in such a
/// circle or waits, directly or through others, for a thread in one. Reads no stack unless the
/// thread waits for something that looks like a held lock or a join. Sends no signal. Thread-safe.
bool IsInDeadlock(int tid);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_GRAPH_H_
