// Takes a capture together with what is stuck in it.
#ifndef TASKLEAK_LIVE_SRC_STUCK_CAPTURE_H_
#define TASKLEAK_LIVE_SRC_STUCK_CAPTURE_H_

#include <algorithm>
#include <utility>

#include "taskleak/live/capture.h"
#include "taskleak/stuck.h"

namespace taskleak::live {

struct StuckCapture {
  CapturePtr capture;
  StuckReport stuck;
};

/// Calls `take` for a capture and finds what is stuck in it. If all threads are asleep, calls it
/// once more: a thread may have gone to sleep, or closed a deadlock, after it was captured. From
/// then on nothing changes.
template <typename Take>
StuckCapture TakeWithStuck(Take take) {
  const auto once = [&take] {
    CapturePtr capture = take();
    StuckReport stuck = FindStuck(capture->report);
    return StuckCapture{std::move(capture), std::move(stuck)};
  };
  StuckCapture found = once();
  const bool all_asleep =
      std::any_of(found.stuck.groups.begin(), found.stuck.groups.end(),
                  [](const StuckGroup& each) { return each.reason == StuckReason::kAllAsleep; });
  return all_asleep ? once() : found;
}

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_STUCK_CAPTURE_H_
