// Who created a task.
#ifndef TASKLEAK_SRC_CHECK_TASK_CREATOR_H_
#define TASKLEAK_SRC_CHECK_TASK_CREATOR_H_

#include <map>

#include "check/resolved_stack.h"
#include "registry/task_registry.h"

namespace taskleak::check {

/// Finds creation stacks of tasks for one look, each distinct one once. Not thread-safe.
class TaskCreators {
 public:
  explicit TaskCreators(StackResolver* resolver) : resolver_(*resolver) {}

  /// Empty where nothing is known. Of an operation that a library began, it starts with the
  /// function that called the library. The reference stays valid as long as this object and the
  /// resolver.
  const ResolvedStack& Of(const registry::TaskRecord& record);

 private:
  const ResolvedStack& CallersOfLibrary(const registry::TaskRecord& record);

  StackResolver& resolver_;
  std::map<const registry::CreationStack*, ResolvedStack> callers_of_library_;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_TASK_CREATOR_H_
