// Lists the tasks that run now. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_TASK_TURNS_H_
#define TASKLEAK_INTERNAL_TASK_TURNS_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Identifies one turn of a task: from the moment when a thread begins to run the task until that
/// thread leaves it.
struct TurnKey {
  std::int64_t task = 0;    ///< Unit::id
  std::uint64_t place = 0;  ///< differs between the turns of a task

  friend bool operator==(const TurnKey& a, const TurnKey& b) {
    return a.task == b.task && a.place == b.place;
  }
  friend bool operator<(const TurnKey& a, const TurnKey& b) {
    return std::tie(a.task, a.place) < std::tie(b.task, b.place);
  }
};

/// Describes a turn that is under way.
struct TaskTurn {
  TurnKey key;
  int thread = 0;    ///< that runs the task
  std::string name;  ///< of the task; empty if it is known by its function only
};

/// Returns the turns that are under way. Coroutines that are known by their allocation alone
/// (taskleak::any_coroutine) do not note their turns, and are left out. Takes about 20 ns for
/// each task that is alive, and reads no stack. Thread-safe.
[[nodiscard]] std::vector<TaskTurn> TurnsUnderWay();

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_TASK_TURNS_H_
