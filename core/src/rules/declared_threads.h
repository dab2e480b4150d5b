// Threads that libraries declare as their own background (taskleak/background_thread.h).
#ifndef TASKLEAK_SRC_RULES_DECLARED_THREADS_H_
#define TASKLEAK_SRC_RULES_DECLARED_THREADS_H_

#include "rules/known_threads.h"

namespace taskleak::rules {

/// True of a thread that a library that is loaded now declares: one that has a function of the
/// declared name, from that library, on its stack; or one with the declared name whose own code
/// starts in that library. A pattern that cannot be read declares nothing.
bool IsDeclared(const Candidate& thread);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_DECLARED_THREADS_H_
