// Finds coroutines that await each other.
#ifndef TASKLEAK_SRC_EXPLAIN_TASK_CIRCLE_H_
#define TASKLEAK_SRC_EXPLAIN_TASK_CIRCLE_H_

#include <vector>

#include "explain/inspect.h"
#include "explain/inspect_task.h"
#include "explain/wait_graph.h"

namespace taskleak::explain {

/// Returns the circles of suspended coroutines among the findings in which each continues only
/// after the next one, and marks those findings. `again` holds the tasks as they were some time
/// after `tasks`: a circle is named only if it was the same both times.
std::vector<FoundDeadlock> FindTaskCircles(std::vector<Finding>& findings, const TaskRecords& tasks,
                                           const TaskRecords& again);

/// Returns whether a task awaits itself through others, so that another look is worthwhile.
bool HasTaskCircle(const TaskRecords& tasks);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_TASK_CIRCLE_H_
