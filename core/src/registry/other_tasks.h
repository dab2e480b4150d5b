// Reads the tasks that another process has registered (linux/proc/subject.h).
#ifndef TASKLEAK_SRC_REGISTRY_OTHER_TASKS_H_
#define TASKLEAK_SRC_REGISTRY_OTHER_TASKS_H_

#include <functional>
#include <string>

#include "registry/task_registry.h"

namespace taskleak::registry {

/// Calls `visit` for every task of the looked-at process, if its taskleak is of this version and
/// its symbol table was not stripped. Origins are unknown, and so are ages in a core file. The
/// record of a task that changes meanwhile may be of two moments. Not thread-safe.
void ForEveryOtherTask(const std::function<void(const TaskRecord&)>& visit);

/// Returns the version of taskleak in that process if it differs, so that its tasks cannot be read;
/// else an empty text.
std::string OtherTaskVersion();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_OTHER_TASKS_H_
