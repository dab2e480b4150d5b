// Live tasks, as the registry reports them.
#ifndef TASKLEAK_TESTS_CORE_REGISTRY_TASKS_H_
#define TASKLEAK_TESTS_CORE_REGISTRY_TASKS_H_

#include <optional>
#include <vector>

#include "registry/task_registry.h"
#include "taskleak/task.h"

namespace taskleak::testing {

inline std::vector<registry::TaskRecord> TasksSince(registry::Epoch first) {
  std::vector<registry::TaskRecord> records;
  registry::ForEachTask(
      first, [&records](const registry::TaskRecord& record) { records.push_back(record); });
  return records;
}

inline std::optional<registry::TaskRecord> RecordOf(const Task& task) {
  for (registry::TaskRecord& record : TasksSince(0)) {
    if (static_cast<std::int64_t>(record.serial) == task.id()) return record;
  }
  return std::nullopt;
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_CORE_REGISTRY_TASKS_H_
