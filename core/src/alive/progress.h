// Finds out whether stragglers make progress.
#ifndef TASKLEAK_SRC_ALIVE_PROGRESS_H_
#define TASKLEAK_SRC_ALIVE_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "alive/straggler.h"
#include "linux/proc/thread_info.h"

namespace taskleak::alive {

/// Gathers evidence of progress: a straggler ended or was born, uses a processor or waits for one,
/// or moved to another place. A running task is where its thread is. A suspended task has moved if
/// it waits for something else than before. A thread that sleeps at the same place, or wakes now
/// and then only to sleep there again, makes no progress.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// Prepares for a wait of `drain` that begins at `start`. Evidence counts for a quarter of
  /// `drain`, and at least 100 ms. It is gathered only from that long before the end of `drain` on,
  /// because it does not matter earlier.
  Progress(Clock::time_point start, Clock::duration drain);

  /// Records which units are alive at `now`. Cheap except every 50 ms.
  void Observe(const Stragglers& stragglers, Clock::time_point now);
  /// Returns true if there was evidence that still counts, or if there were too few looks to say
  /// that there is none. On a busy machine both looks and the threads' progress come late.
  [[nodiscard]] bool Recent(Clock::time_point now) const;

 private:
  struct Sample {
    platform::Position position{};
    int thread = 0;  // 0: a process, or a task that is not running
    std::size_t place = 0;
  };

  static std::optional<Sample> SampleOf(int tid);
  static std::optional<Sample> SampleOf(const Straggler& straggler);
  void Compare(const std::map<UnitKey, Sample>& samples, Clock::time_point now);
  static bool Moved(const Sample& before, const Sample& after, Clock::duration between);

  const Clock::duration memory_;
  const std::int64_t looks_needed_;
  std::int64_t looks_ = 0;       // in vain, one after the other
  Clock::time_point next_;       // when the next sample is due
  Clock::time_point sampled_{};  // when the last one was taken
  Clock::time_point evidence_{};
  std::map<UnitKey, Sample> samples_;
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_PROGRESS_H_
