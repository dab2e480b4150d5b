// Finds the threads that run coroutines which do not record it themselves.
#ifndef TASKLEAK_SRC_EXPLAIN_COROUTINE_RUNNER_H_
#define TASKLEAK_SRC_EXPLAIN_COROUTINE_RUNNER_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "linux/look/stack_reader.h"
#include "registry/task_registry.h"

namespace taskleak::explain {

/// Looks at all threads except the calling one, once, when first asked. Not thread-safe.
class CoroutineRunners {
 public:
  using Tasks = std::unordered_map<std::uint64_t, registry::TaskRecord>;

  /// Keeps a reference to `tasks`: those that are alive.
  CoroutineRunners(const Tasks& tasks, platform::Signals signals)
      : tasks_(tasks), signals_(signals) {}

  /// Returns the thread on whose stack the coroutine is; 0 if there is none. Such a thread has a
  /// function of the coroutine on its stack, and the frame's address in what that function has
  /// stored. If there is no other coroutine of that function, the function alone is enough.
  int ThreadOf(const registry::TaskRecord& record);

 private:
  // A call on a stack, and what its function may have stored there.
  struct Call {
    int thread = 0;
    std::uintptr_t function = 0;  // where it begins
    std::vector<std::uintptr_t> stored;
  };

  void LookAtThreads();
  void AddCalls(int tid, const platform::ThreadLook& look);

  [[nodiscard]] bool IsOnlyOne(const registry::TaskRecord& record) const;

  const Tasks& tasks_;
  platform::Signals signals_;
  std::optional<std::vector<Call>> calls_;
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_COROUTINE_RUNNER_H_
