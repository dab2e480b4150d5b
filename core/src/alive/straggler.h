// Threads and tasks that are left and were not there before, on their way to a report.
#ifndef TASKLEAK_SRC_ALIVE_STRAGGLER_H_
#define TASKLEAK_SRC_ALIVE_STRAGGLER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "linux/proc/thread_list.h"
#include "taskleak/leak.h"

namespace taskleak::alive {

struct Straggler {
  platform::ThreadId id{};
  std::string name{};
  std::uint64_t unjoined = 0;  ///< serial of the birth of one that ended and was not joined; else 0
  std::uint64_t task = 0;      ///< serial of a task; else 0, as are its other parts
  std::size_t task_place = 0;  ///< differs where the task's state or text does
  int runs_in = 0;             ///< the thread that runs the task; 0 if none does

  /// What makes it the same unit, whatever its name is by now.
  using Key = std::tuple<platform::ThreadId, std::uint64_t, std::uint64_t>;
  [[nodiscard]] Key key() const { return {id, unjoined, task}; }

  /// What a report calls it: its kind and Unit::id.
  [[nodiscard]] UnitKind kind() const {
    if (task != 0) return UnitKind::kTask;
    return unjoined != 0 ? UnitKind::kUnjoinedThread : UnitKind::kThread;
  }
  [[nodiscard]] std::int64_t unit_id() const {
    return task != 0 ? static_cast<std::int64_t>(task) : id.tid;
  }
};

using Stragglers = std::vector<Straggler>;

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_STRAGGLER_H_
