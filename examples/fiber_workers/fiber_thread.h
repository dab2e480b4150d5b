// The thread in which a program runs its fibers.
#ifndef EXAMPLES_FIBER_WORKERS_FIBER_THREAD_H_
#define EXAMPLES_FIBER_WORKERS_FIBER_THREAD_H_

#include <functional>

/// Calls `function` in the program's fiber thread, where it may launch fibers. That thread exists
/// as long as the program.
void InFiberThread(std::function<void()> function);

#endif  // EXAMPLES_FIBER_WORKERS_FIBER_THREAD_H_
