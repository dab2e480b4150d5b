// Which threads run coroutines that do not say so themselves.
#ifndef TASKLEAK_SRC_EXPLAIN_COROUTINE_RUNNER_H_
#define TASKLEAK_SRC_EXPLAIN_COROUTINE_RUNNER_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "linux/look/stack_reader.h"
#include "registry/task_registry.h"

namespace taskleak::explain {

/// Looks at all threads but the calling one, once, when it is first asked. Not thread-safe.
class CoroutineRunners {
 public:
  using Tasks = std::unordered_map<std::uint64_t, registry::TaskRecord>;

  /// Keeps a reference to `tasks`: those that are alive.
  CoroutineRunners(const Tasks& tasks, platform::Signals signals)
      : tasks_(tasks), signals_(signals) {}

  /// Returns the thread on whose stack the coroutine is; 0 if there is none. That is a thread with
  /// a function of the coroutine on its stack, and the frame's address in what that has stored; or
  /// just with the function, if there is no other coroutine of it.
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
