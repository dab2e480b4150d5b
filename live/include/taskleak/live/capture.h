// One look at everything, for programs that run for long.
#ifndef TASKLEAK_LIVE_CAPTURE_H_
#define TASKLEAK_LIVE_CAPTURE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "taskleak/leak.h"

/// For processes that run for long.
namespace taskleak::live {

/// All threads and tasks as they were at one moment (taskleak/alive.h), grouped. Immutable.
struct Capture {
  std::uint64_t id = 0;                          ///< 1, 2, 3, ... in this process
  std::chrono::system_clock::time_point time{};  ///< when the look began
  std::chrono::milliseconds took{0};             ///< how long it lasted
  std::size_t threads = 0;   ///< alive; without the one that took it and taskleak's own
  std::size_t unjoined = 0;  ///< threads that ended and that nobody has joined
  std::size_t tasks = 0;     ///< alive
  LeakReport report;         ///< all of them, as FindAlive() gives them
};

/// Captures are shared, since many may ask for the same one. Never null where it is returned, but
/// by FindCapture().
using CapturePtr = std::shared_ptr<const Capture>;

/// Looks at everything, one look at a time: who asks while one is under way gets its result. So
/// whatever asks how often, there is at most one look's work and memory. Thread-safe. Throws
/// std::bad_alloc for want of memory.
///
/// Example:
///   std::cout << taskleak::live::ToStackText(*taskleak::live::TakeCapture());
[[nodiscard]] CapturePtr TakeCapture();

/// A capture that was taken before, to compare with. Null if there is none with that number, or it
/// is not kept any more: the last eight are, if they have at most 50,000 units in all. Looks of the
/// watch and of recordings are not among them. Thread-safe.
[[nodiscard]] CapturePtr FindCapture(std::uint64_t id);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_CAPTURE_H_
