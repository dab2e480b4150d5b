// Records which threads run tasks: the workers of a pool are the threads that run its jobs.
#ifndef TASKLEAK_SRC_REGISTRY_LAST_JOB_H_
#define TASKLEAK_SRC_REGISTRY_LAST_JOB_H_

#include <string>
#include <unordered_map>

#include "registry/task_slot.h"

namespace taskleak::registry {

/// Records that the calling thread runs this task. Takes a few nanoseconds, and allocates once for
/// each thread. Records nothing if there is no memory or no key for thread-specific data.
void NoteJob(const internal::TaskSlot& task);

/// Forgets all that is recorded, in a forked child: the threads are its parent's.
/// Async-signal-safe.
void ForgetJobs();

/// Returns the name of the last task of each live thread that has run one. Thread-safe.
std::unordered_map<int, std::string> LastJobs();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_LAST_JOB_H_
