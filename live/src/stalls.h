// Tasks that run for too long without a break.
#ifndef TASKLEAK_LIVE_SRC_STALLS_H_
#define TASKLEAK_LIVE_SRC_STALLS_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "taskleak/internal/task_turns.h"
#include "taskleak/live/watch.h"

namespace taskleak::live {

/// A turn of a task that has lasted too long.
struct Stall {
  internal::TaskTurn turn;
  std::chrono::milliseconds at_least{0};  ///< how long it has been seen under way
};

/// Observes turns of tasks, glance after glance. A turn that is seen in two glances has lasted at
/// least for the time between them. Not thread-safe.
class StallWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit StallWatch(const std::vector<Rule>& rules);

  /// Returns the time between two glances; nothing if there is no StallRule.
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const;

  /// Notes which turns are under way at `now`. Returns those that have become too long since the
  /// last glance.
  std::vector<Stall> Glance(const std::vector<internal::TaskTurn>& under_way, Time now);

  /// Returns how many of the turns of the last glance have been too long.
  [[nodiscard]] std::size_t count() const;

 private:
  struct Seen {
    Time first;
    bool too_long = false;
  };

  [[nodiscard]] bool IsTooLong(const internal::TaskTurn& turn,
                               std::chrono::steady_clock::duration time) const;

  std::vector<StallRule> rules_;
  std::map<internal::TurnKey, Seen> seen_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_STALLS_H_
