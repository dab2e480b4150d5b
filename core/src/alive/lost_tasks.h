// Finds out whether only coroutines are left that nothing can resume.
#ifndef TASKLEAK_SRC_ALIVE_LOST_TASKS_H_
#define TASKLEAK_SRC_ALIVE_LOST_TASKS_H_

#include <map>
#include <optional>

#include "alive/straggler.h"
#include "linux/proc/clock.h"

namespace taskleak::alive {

/// Observes stragglers until all of them have been lost for a while.
///
/// A coroutine is lost when what it awaited was destroyed without resuming it. The code that
/// destroyed it may still resume the coroutine in another way, right then or by an executor, so one
/// look is not enough. What awaits a lost coroutine is lost as well. Not thread-safe.
class LostTasks {
 public:
  using Clock = platform::Clock;

  /// Notes what is alive at `now`. Returns true if all of it is lost, and has been the same at the
  /// same places for 50 ms.
  bool Observe(const Stragglers& stragglers, Clock::time_point now);

 private:
  using Places = std::map<std::uint64_t, std::size_t>;  // of tasks, by serial

  static std::optional<Places> PlacesIfLost(const Stragglers& stragglers);

  Places places_;
  Clock::time_point since_;
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_LOST_TASKS_H_
