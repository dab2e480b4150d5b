// Threads, tasks and processes that are left and were not there before, on their way to a report.
#ifndef TASKLEAK_SRC_ALIVE_STRAGGLER_H_
#define TASKLEAK_SRC_ALIVE_STRAGGLER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "linux/proc/children.h"
#include "linux/proc/thread_list.h"
#include "taskleak/leak.h"

namespace taskleak::alive {

struct LiveThread {
  platform::ThreadId id;
  std::string name;
};

/// A thread that has ended and was not joined.
struct UnjoinedThread {
  int tid = 0;
  std::uint64_t birth = 0;  ///< the serial of its record (registry/thread_birth.h)
};

struct LiveTask {
  std::uint64_t serial = 0;
  std::string name;
  std::size_t place = 0;                ///< changes with what the task does or says it waits for
  int thread = 0;                       ///< that runs it; 0 if none does
  WaitState state = WaitState::kOther;  ///< as the task itself notes it
  std::uint64_t awaited_by = 0;  ///< serial of the task that continues after it; 0: none known
};

using Straggler = std::variant<LiveThread, UnjoinedThread, LiveTask, platform::ChildProcess>;
using Stragglers = std::vector<Straggler>;

/// Identifies a unit, whatever its name is by now.
struct UnitKey {
  UnitKind kind{};
  std::int64_t id = 0;       ///< Unit::id
  std::uint64_t number = 0;  ///< distinguishes units that had the same id one after the other

  auto operator<=>(const UnitKey&) const = default;
};

inline UnitKey KeyOf(const LiveThread& thread) {
  return {UnitKind::kThread, thread.id.tid, thread.id.start_ticks};
}
inline UnitKey KeyOf(const UnjoinedThread& thread) {
  return {UnitKind::kUnjoinedThread, thread.tid, thread.birth};
}
inline UnitKey KeyOf(const LiveTask& task) {
  return {UnitKind::kTask, static_cast<std::int64_t>(task.serial)};
}
inline UnitKey KeyOf(const platform::ChildProcess& child) {
  return {UnitKind::kProcess, child.id.tid, child.id.start_ticks};
}
inline UnitKey KeyOf(const Straggler& straggler) {
  return std::visit([](const auto& each) { return KeyOf(each); }, straggler);
}

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_STRAGGLER_H_
