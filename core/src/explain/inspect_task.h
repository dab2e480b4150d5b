// Turns a task's record into a finding: all that is known about it.
#ifndef TASKLEAK_SRC_EXPLAIN_INSPECT_TASK_H_
#define TASKLEAK_SRC_EXPLAIN_INSPECT_TASK_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alive/straggler.h"
#include "explain/coroutine_runner.h"
#include "explain/inspect.h"
#include "explain/task_creator.h"
#include "explain/wait_reader.h"
#include "linux/look/stack_reader.h"
#include "registry/task_registry.h"
#include "symbolize/resolved_stack.h"

namespace taskleak::explain {

/// Identifies the place where one coroutine awaits: its function or the code in it, the source file
/// (a pointer, which is enough to distinguish places) and the line.
using AwaitPlace = std::tuple<std::uintptr_t, const char*, int>;

using TaskRecords = std::unordered_map<std::uint64_t, registry::TaskRecord>;

/// Returns all tasks that are alive, by serial; none if there are none among the stragglers.
TaskRecords TasksFor(const alive::Stragglers& stragglers);
/// Returns all tasks that are alive, by serial.
TaskRecords AllTasks();

/// Returns the task's name. A coroutine has the name of its function, as far as it is known.
std::string NameOf(const registry::TaskRecord& record);

/// Makes findings of tasks for one look. Not thread-safe.
class TaskInspector {
 public:
  /// Looks for awaiting tasks among `tasks`. `system_lines` as for StackResolver. `signals` as for
  /// platform::LookAtThread, which reads the stack of the thread that runs a task.
  TaskInspector(const TaskRecords& tasks, bool system_lines, platform::Signals signals)
      : tasks_(tasks),
        resolver_(system_lines),
        creators_(&resolver_),
        signals_(signals),
        runners_(tasks, signals) {}

  Finding Inspect(registry::TaskRecord record);

 private:
  void AddPlace(const registry::TaskRecord& record, Finding* finding);
  void AddParkedPlace(const registry::TaskRecord& record, Finding* finding);
  const symbolize::ResolvedStack& AsyncStack(const registry::TaskRecord& record);
  [[nodiscard]] const registry::TaskRecord* Awaiter(const registry::TaskRecord& record) const;
  Frame AwaitingFrame(const registry::TaskRecord& record);

  const TaskRecords& tasks_;
  symbolize::StackResolver resolver_;
  TaskCreators creators_;
  platform::Signals signals_;
  CoroutineRunners runners_;
  WaitReader waits_;
  std::map<std::vector<AwaitPlace>, symbolize::ResolvedStack> async_stacks_;
  Signer signer_;
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_INSPECT_TASK_H_
