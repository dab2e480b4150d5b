// Captures everything that is alive, for programs that run for a long time.
#ifndef TASKLEAK_LIVE_CAPTURE_H_
#define TASKLEAK_LIVE_CAPTURE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "taskleak/leak.h"

/// Observes processes that run for a long time.
#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Holds all threads and tasks as they were at one moment (taskleak/alive.h), in groups. Immutable.
struct Capture {
  std::uint64_t id = 0;                          ///< 1, 2, 3, ... in this process
  std::chrono::system_clock::time_point time{};  ///< when it began
  std::chrono::milliseconds took{0};             ///< how long it took
  std::size_t threads = 0;    ///< alive; without the thread that took it and taskleak's own
  std::size_t unjoined = 0;   ///< threads that ended and were not joined
  std::size_t processes = 0;  ///< child processes, those that ended and were not waited for too
  std::size_t tasks = 0;      ///< alive
  LeakReport report;          ///< all of them, as FindAlive() returns them
};

/// Refers to a capture, which several callers may share. Never null, except as returned by
/// FindCapture().
using CapturePtr = std::shared_ptr<const Capture>;

/// Captures everything that is alive. Callers that arrive during a capture wait for it and share
/// its result, so there is never more than one capture's work and memory at a time. Thread-safe.
/// Throws std::bad_alloc if there is no memory.
///
/// Example:
///   std::cout << taskleak::live::ToStackText(*taskleak::live::TakeCapture());
[[nodiscard]] CapturePtr TakeCapture();

/// Returns an earlier capture, to compare with. Returns null if there is none with this id, or if
/// it is no longer kept. The last eight are kept, if they have at most 50,000 units in all.
/// Captures of a Watch and of recordings are not kept. Thread-safe.
[[nodiscard]] CapturePtr FindCapture(std::uint64_t id);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_CAPTURE_H_
