// Finds out whether anything but the looking thread can still make anything happen.
#ifndef TASKLEAK_SRC_ALIVE_STILLNESS_H_
#define TASKLEAK_SRC_ALIVE_STILLNESS_H_

#include <optional>

#include "linux/proc/clock.h"

namespace taskleak::alive {

/// What may make something happen in a process.
enum class Obstacle {
  kNone,          ///< nothing: it is still
  kThread,        ///< a thread runs, or something other than a thread of the process may wake it
  kSignals,       ///< a signal from outside would run a handler of the program
  kTracer,        ///< a debugger or the like
  kChildren,      ///< a child process, which may share all memory
  kRing,          ///< an io_uring
  kSharedMemory,  ///< a thread waits in memory that other processes may have as well
  kUnreadable,    ///< unknown, because it cannot be read
  kChange,        ///< threads were born or ended during the look
};

/// Shows that all threads of the looked-at process are asleep, and that nothing will wake one of
/// them until a looking thread does. Then nothing that is alive ends, moves or starts anything:
/// neither threads nor tasks, which only a thread resumes.
///
/// Cannot account for a program that is woken in a way that the kernel does not show: by a process
/// that shares all of its memory and is not its child, or by a change of the system's clock. Not
/// thread-safe.
class Stillness {
 public:
  using Clock = platform::Clock;

  /// Says what a handler of a signal that asks the program to end (SIGINT, SIGQUIT, SIGTERM) does.
  enum class EndHandlers {
    kEnd,     ///< it ends the program, as those of test frameworks do
    kMayWake  ///< it may wake a thread, as those of servers do
  };

  explicit Stillness(EndHandlers end_handlers = EndHandlers::kEnd) : end_handlers_(end_handlers) {}

  /// Returns true if it is shown that nothing happens before `until`, or ever if there is no
  /// `until`. Costs a few microseconds if the thread that was in the way last time still is.
  /// Otherwise it costs up to ten for each thread and some tens for the process. The looking
  /// threads are the calling thread and those of taskleak's own threads that call no code of the
  /// program.
  bool IsShown(std::optional<Clock::time_point> until);

  /// Returns what kept the last IsShown() from showing it.
  [[nodiscard]] Obstacle obstacle() const { return obstacle_; }
  /// Returns the thread that did, if the obstacle was a thread; else 0.
  [[nodiscard]] int in_the_way() const { return in_the_way_; }

 private:
  Obstacle FindObstacle(std::optional<Clock::time_point> until);

  const EndHandlers end_handlers_;
  Obstacle obstacle_ = Obstacle::kNone;
  int in_the_way_ = 0;  // the thread that kept the last look from showing it; 0: none did
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_STILLNESS_H_
