// From a task's record to all that can be said of it.
#ifndef TASKLEAK_SRC_CHECK_INSPECT_TASK_H_
#define TASKLEAK_SRC_CHECK_INSPECT_TASK_H_

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "check/inspect.h"
#include "check/resolved_stack.h"
#include "check/straggler.h"
#include "platform/stack_reader.h"
#include "registry/task_registry.h"

namespace taskleak::check {

/// Makes findings of tasks for one look. Not thread-safe.
class TaskInspector {
 public:
  /// `system_lines` as for StackResolver; `signals` as for platform::LookAtThread, by which the
  /// stack of a task that is running is read: that of its thread.
  TaskInspector(bool system_lines, platform::Signals signals)
      : resolver_(system_lines), signals_(signals) {}

  Finding Inspect(const registry::TaskRecord& record);

 private:
  void AddPlace(const registry::TaskRecord& record, Finding* finding);
  std::string SignatureOf(const Finding& finding);

  StackResolver resolver_;
  platform::Signals signals_;
  // Of those that do not depend on more than stacks, which 10,000 tasks may have in common.
  std::map<std::pair<const ResolvedStack*, const ResolvedStack*>, std::string> signatures_;
};

using TaskRecords = std::unordered_map<std::uint64_t, registry::TaskRecord>;

/// What is known of the tasks among the stragglers, by serial. Whoever ended since is not among
/// them.
TaskRecords RecordsOfTasks(const Stragglers& stragglers);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_INSPECT_TASK_H_
