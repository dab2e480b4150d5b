// Finds the living threads and tasks that cannot continue by themselves.
#ifndef TASKLEAK_SRC_CHECK_STUCK_H_
#define TASKLEAK_SRC_CHECK_STUCK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "alive/stillness.h"
#include "taskleak/leak.h"
#include "taskleak/stuck.h"

namespace taskleak::check {

/// Holds what is shown about the units of a report.
class StuckUnits {
 public:
  /// Looks at units of `alive`, which is a report of all that is alive in this process. Waits for
  /// 50 ms if coroutines may be lost.
  explicit StuckUnits(const LeakReport& alive);

  /// Returns why the unit cannot continue; nothing if nothing can be said of it.
  [[nodiscard]] std::optional<StuckReason> ReasonOf(const Unit& unit) const;

  /// Returns what may wake the units of which nothing can be said; kNone if only the looking thread
  /// may.
  [[nodiscard]] alive::Obstacle obstacle() const { return obstacle_; }
  /// Returns the thread that may do so, if it is a thread; else 0.
  [[nodiscard]] int in_the_way() const { return in_the_way_; }

 private:
  using Id = std::pair<UnitKind, std::int64_t>;

  void AddDeadlocks(const LeakReport& alive);
  void AddThreadsBehind(const LeakReport& alive);
  void AddTasks(const LeakReport& alive);
  void AddSleepers(const LeakReport& alive);
  [[nodiscard]] bool Has(UnitKind kind, std::int64_t id) const;

  std::map<Id, StuckReason> reasons_;
  alive::Obstacle obstacle_ = alive::Obstacle::kNone;
  int in_the_way_ = 0;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_STUCK_H_
