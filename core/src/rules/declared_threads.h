// Recognizes threads that libraries declare as their own background threads
// (taskleak/background_thread.h).
#ifndef TASKLEAK_SRC_RULES_DECLARED_THREADS_H_
#define TASKLEAK_SRC_RULES_DECLARED_THREADS_H_

#include "rules/known_threads.h"

namespace taskleak::rules {

/// Returns whether a loaded library declares the thread. Either the thread has a function of the
/// declared name, from that library, on its stack. Or it has the declared name, and its own code
/// starts in that library. A pattern that cannot be read declares nothing.
bool IsDeclared(const Candidate& thread);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_DECLARED_THREADS_H_
