// Keeps track of taskleak's own threads, which counts and reports must not include.
#ifndef TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_
#define TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_

#include <set>

namespace taskleak::registry {

/// Marks the calling thread as one of taskleak's own until it ends. `calls_program` says whether it
/// runs code of the program, such as a callback.
void MarkOwnThread(bool calls_program = false);

/// Returns their ids; none in a forked child, where they do not exist. Thread-safe.
std::set<int> OwnThreads();

/// Returns those of them that run no code of the program, and so wake none of its threads.
/// Thread-safe.
std::set<int> SilentThreads();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_
