// Finds the code that created a task.
#ifndef TASKLEAK_SRC_EXPLAIN_TASK_CREATOR_H_
#define TASKLEAK_SRC_EXPLAIN_TASK_CREATOR_H_

#include <cstdint>
#include <map>
#include <tuple>

#include "registry/task_registry.h"
#include "symbolize/resolved_stack.h"

namespace taskleak::explain {

/// Finds creation stacks of tasks for one look, each different one once. Not thread-safe.
class TaskCreators {
 public:
  explicit TaskCreators(symbolize::StackResolver* resolver) : resolver_(*resolver) {}

  /// Returns the creation stack of a task; empty if nothing is known. For an operation that a
  /// library began, the stack starts with the function that called the library. The reference stays
  /// valid as long as this object and the resolver.
  const symbolize::ResolvedStack& Of(const registry::TaskRecord& record);

 private:
  const symbolize::ResolvedStack& CallersOfLibrary(const registry::TaskRecord& record);

  const symbolize::ResolvedStack& CallerOfRamp(const registry::TaskRecord& record);

  symbolize::StackResolver& resolver_;
  std::map<const registry::CreationStack*, symbolize::ResolvedStack> callers_of_library_;
  // By the stack, the call that allocated the frame, its caller and the coroutine.
  std::map<
      std::tuple<const registry::CreationStack*, std::uintptr_t, std::uintptr_t, std::uintptr_t>,
      symbolize::ResolvedStack>
      callers_of_ramps_;
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_TASK_CREATOR_H_
