// Which threads run tasks: the workers of a pool are those that run its jobs.
#ifndef TASKLEAK_SRC_REGISTRY_LAST_JOB_H_
#define TASKLEAK_SRC_REGISTRY_LAST_JOB_H_

#include <string>
#include <unordered_map>

#include "registry/task_slot.h"

namespace taskleak::registry {

/// The calling thread runs a task of that name. A few nanoseconds; allocates once for a thread. Not
/// noted if there is no memory or no key for thread-specific data.
void NoteJob(const internal::TaskSlot& task);

/// For each live thread that has run a task, the name of the last one. Thread-safe.
std::unordered_map<int, std::string> LastJobs();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_LAST_JOB_H_
