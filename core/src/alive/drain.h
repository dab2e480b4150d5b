// Waiting for stragglers.
#ifndef TASKLEAK_SRC_ALIVE_DRAIN_H_
#define TASKLEAK_SRC_ALIVE_DRAIN_H_

#include <chrono>
#include <functional>

#include "alive/straggler.h"
#include "taskleak/options.h"

namespace taskleak::alive {

struct Drained {
  Stragglers left;
  std::chrono::milliseconds waited{0};
  bool still = false;  ///< it is shown that waiting longer would have changed nothing
};

/// Looks again and again, with pauses of a fiftieth of the time waited (20 us to 1 ms), until
/// nothing is left or the wait is over: `options.drain`, or `options.drain_max` while the
/// stragglers make progress or wait for a time that comes soon. `look` returns what is still alive;
/// `drop_ignored` takes away what rules on stacks ignore, and from then on `look` leaves that out.
/// It costs more than a look, so it is asked at growing intervals.
///
/// With `options.stillness` the wait also ends as soon as the process is shown to be still: the
/// same threads, and so the same stragglers, would be left after the whole wait. And it ends when
/// only coroutines are left that nothing can resume.
Drained Drain(const Options& options, const std::function<Stragglers()>& look,
              const std::function<void(Stragglers&)>& drop_ignored);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_DRAIN_H_
