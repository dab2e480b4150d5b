// Looking at all that is alive, without judging it.
#ifndef TASKLEAK_ALIVE_H_
#define TASKLEAK_ALIVE_H_

#include "taskleak/leak.h"

namespace taskleak {

/// All threads and tasks that are alive now, and threads that ended and were not joined, grouped,
/// with stacks and wait states: whether leaks or not, adopted or not, known to some rule or not.
///
/// Missing are the calling thread and taskleak's own. Waits for nobody. Touches blocked threads no
/// more than FindLeaks does; costs some 20 us for each thread and less for a task. Thread-safe, but
/// several looks at once hinder each other. Does not throw; what could not be seen is said in
/// LeakReport::notes and could_not_look.
///
/// Example:
///   std::cerr << taskleak::FindAlive().ToText();
[[nodiscard]] LeakReport FindAlive();

}  // namespace taskleak

#endif  // TASKLEAK_ALIVE_H_
