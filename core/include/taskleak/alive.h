// Reports everything that is alive, without judging it.
#ifndef TASKLEAK_ALIVE_H_
#define TASKLEAK_ALIVE_H_

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Returns all threads, tasks and child processes that are alive now, and all threads that ended
/// and were not joined, in groups with stacks and wait states. It does not matter whether they are
/// leaks, adopted or ignored by a rule.
///
/// Leaves out the calling thread and taskleak's own threads. Does not wait for stragglers. Treats
/// blocked threads as FindLeaks does. Costs about 20 us for each thread, and less for a task.
/// Thread-safe, but several looks at once slow each other down. Does not throw: LeakReport::notes
/// and could_not_look say what could not be seen.
///
/// Example:
///   std::cerr << taskleak::FindAlive().ToText();
[[nodiscard]] LeakReport FindAlive();

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_ALIVE_H_
