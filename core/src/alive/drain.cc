#include "alive/drain.h"

#include <algorithm>
#include <thread>

#include "alive/lost_tasks.h"
#include "alive/progress.h"
#include "alive/stillness.h"
#include "alive/timed_waits.h"
#include "linux/proc/clock.h"

namespace taskleak::alive {
namespace {

using platform::Clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Returns the pause before the next look: a fiftieth of the time that was waited already. So a wait
// is only a few hundredths longer than it must be, and looks get rare.
Clock::duration Pause(Clock::duration waited) {
  constexpr int kParts = 50;
  return std::clamp<Clock::duration>(waited / kParts, microseconds(20), milliseconds(1));
}

// Says when to ask rules on stacks, and whether the process is still. That is soon at first, so
// that a thread that is ignored or waits for ever costs no wait, and then ever more rarely.
class GrowingIntervals {
 public:
  bool Due(Clock::duration elapsed) {
    if (elapsed < next_) return false;
    next_ = elapsed * 4;
    return true;
  }

 private:
  Clock::duration next_ = milliseconds(1);
};

}  // namespace

Drained Drain(const Options& options, const std::function<Stragglers()>& look,
              const std::function<void(Stragglers&)>& drop_ignored) {
  Drained drained{.left = look(), .waited = milliseconds(0)};
  if (drained.left.empty()) return drained;  // as in most tests: without a look at the clock
  const Clock::time_point start = Clock::now();
  Progress progress(start, options.drain);
  TimedWaits waits(start, options.drain);
  LostTasks lost;
  GrowingIntervals intervals;
  Stillness stillness;
  for (;;) {
    // A look once the process is still finds what a look at the end would find.
    const bool due = intervals.Due(Clock::now() - start);
    if (due && options.stillness && options.drain != milliseconds(0))
      drained.still = stillness.IsShown(waits.latest());
    if (drained.still) drained.left = look();
    const Clock::time_point now = Clock::now();
    if (!drained.left.empty() && due) {
      drop_ignored(drained.left);
      // A look stops at the first stragglers. If they are all ignored, the next look finds those
      // that were started behind them.
      if (drained.left.empty()) drained.left = look();
    }
    drained.waited = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    if (drained.left.empty()) return drained;
    if (drained.still || options.drain == milliseconds(0) || lost.Observe(drained.left, now))
      return drained;
    progress.Observe(drained.left, now);
    waits.Observe(drained.left, now);
    const bool may_go_on =
        now - start < options.drain ||
        (now - start < options.drain_max && (progress.Recent(now) || waits.EndSoon(now)));
    if (!may_go_on) return drained;
    std::this_thread::sleep_for(Pause(now - start));
    drained.left = look();
  }
}

}  // namespace taskleak::alive
