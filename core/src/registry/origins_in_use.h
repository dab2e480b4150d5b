// Lists the origins of everything alive.
#ifndef TASKLEAK_SRC_REGISTRY_ORIGINS_IN_USE_H_
#define TASKLEAK_SRC_REGISTRY_ORIGINS_IN_USE_H_

#include <unordered_map>
#include <vector>

#include "registry/origin.h"

namespace taskleak::registry {

/// Returns the origins of all recorded threads and all tasks, with repetitions. Thread-safe, like
/// the other.
std::vector<Origin> OriginsInUse();

/// Returns the origins of the threads that exist and whose ids are known, by id.
std::unordered_map<int, Origin> OriginsOfThreads();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_ORIGINS_IN_USE_H_
