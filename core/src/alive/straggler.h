// Threads, tasks and processes that are left and were not there before, on their way to a report.
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
  platform::ThreadId id{};  ///< of a thread or a process
  std::string name{};
  std::uint64_t unjoined = 0;  ///< serial of the birth of one that ended and was not joined; else 0
  std::uint64_t task = 0;      ///< serial of a task; else 0, as are its other parts
  std::size_t place = 0;       ///< of a task or process: differs where what it does or says does
  int runs_in = 0;             ///< the thread that runs the task; 0 if none does
  bool is_process = false;     ///< a child process

  /// What makes it the same unit, whatever its name is by now.
  using Key = std::tuple<platform::ThreadId, std::uint64_t, std::uint64_t>;
  [[nodiscard]] Key key() const { return {id, unjoined, task}; }

  /// What a report calls it: its kind and Unit::id.
  [[nodiscard]] UnitKind kind() const {
    if (task != 0) return UnitKind::kTask;
    if (is_process) return UnitKind::kProcess;
    return unjoined != 0 ? UnitKind::kUnjoinedThread : UnitKind::kThread;
  }
  [[nodiscard]] std::int64_t unit_id() const {
    return task != 0 ? static_cast<std::int64_t>(task) : id.tid;
  }
};

using Stragglers = std::vector<Straggler>;

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_STRAGGLER_H_
