// Finds out whether stragglers are about to go on by themselves.
#ifndef TASKLEAK_SRC_ALIVE_TIMED_WAITS_H_
#define TASKLEAK_SRC_ALIVE_TIMED_WAITS_H_

#include <chrono>
#include <map>
#include <optional>

#include "alive/straggler.h"
#include "linux/proc/clock.h"
#include "linux/proc/thread_info.h"

namespace taskleak::alive {

/// Knows when the waits of stragglers end by themselves.
///
/// An idle worker that ends after a second, and a drain of a second, end at the same time, and
/// chance decides which is first. No verdict may depend on that. So the drain also waits for a
/// limit that passes shortly after it: within half of its length, and at least 100 ms. A thread
/// that began a wait of at most that length before the drain therefore always gets the time to end.
/// (Waits that began during the drain do no harm: each of them ends and is noticed, or has a limit
/// of its own.) Not thread-safe.
class TimedWaits {
 public:
  using Clock = platform::Clock;

  /// Prepares for a wait of `drain` that begins at `start`.
  TimedWaits(Clock::time_point start, Clock::duration drain);

  /// Notes what those that are alive at `now` wait for. Does nothing except every 50 ms, or more
  /// rarely if there are so many that it takes long.
  void Observe(const Stragglers& stragglers, Clock::time_point now);

  /// Returns whether one of them will soon go on by itself, or should have just done so.
  [[nodiscard]] bool EndSoon(Clock::time_point now) const;

  /// Returns the latest end of a wait that is waited for.
  [[nodiscard]] Clock::time_point latest() const { return latest_; }

 private:
  // A thread's wait and its last possible end; nothing if it has none.
  struct Wait {
    platform::RunCount run;
    std::optional<Clock::time_point> end;
  };

  static std::optional<Clock::time_point> EndOf(const platform::BlockedAt& at,
                                                Clock::time_point now);

  const Clock::time_point latest_;  // later ends are not waited for
  Clock::time_point next_;
  std::map<platform::ThreadId, Wait> waits_;
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_TIMED_WAITS_H_
