// A capture of a process that has come to rest.
#ifndef TASKLEAK_TESTS_LIVE_WAITING_CAPTURE_H_
#define TASKLEAK_TESTS_LIVE_WAITING_CAPTURE_H_

#include <cstddef>

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// Captures until this number of workers waits on a condition variable. Before that, some workers
/// are still on their way there, and the capture shows two places.
inline CapturePtr CaptureWaiting(std::size_t workers) {
  for (;;) {
    auto capture = TakeCapture();
    std::size_t waiting = 0;
    for (const LeakGroup& group : capture->report.groups) {
      for (const Unit& unit : group.units) waiting += unit.state == WaitState::kCondvar ? 1U : 0U;
    }
    if (waiting == workers) return capture;
  }
}

}  // namespace taskleak::live

#endif  // TASKLEAK_TESTS_LIVE_WAITING_CAPTURE_H_
