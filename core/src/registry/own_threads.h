// Threads of taskleak's own, which counts and reports must not include.
#ifndef TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_
#define TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_

#include <set>

namespace taskleak::registry {

/// The calling thread is one until it ends.
void MarkOwnThread();

/// Their numbers; none in a forked child, where they do not exist. Thread-safe.
std::set<int> OwnThreads();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_OWN_THREADS_H_
