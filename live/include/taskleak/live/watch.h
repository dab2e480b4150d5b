// Looks at intervals and raises an alarm when something is wrong.
#ifndef TASKLEAK_LIVE_WATCH_H_
#define TASKLEAK_LIVE_WATCH_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "taskleak/live/capture.h"
#include "taskleak/live/files.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Raises an alarm when a group grows by at least `at_least` units within `looks` looks. Growth is
/// measured by the robust slope of the group's size (taskleak/live/growth.h), so one jump does not
/// count.
struct GrowthRule {
  std::size_t looks = 6;      ///< at least 3
  std::size_t at_least = 10;  ///< units
};

/// Raises an alarm when more than `more_than` units have been blocked at one place (same creator,
/// stack and state) for longer than `longer_than`: the rule of Uber's LeakProf. What counts is how
/// long the watch has seen a unit there, not the unit's age.
struct BlockedRule {
  std::size_t more_than = 100;                    ///< units
  std::chrono::milliseconds longer_than{60'000};  ///< each of them
};

/// Raises an alarm when the process has had more threads, or more resident memory, than a limit for
/// longer than `longer_than`.
struct LimitRule {
  std::size_t threads = 0;                        ///< 0: no limit
  std::uint64_t bytes = 0;                        ///< 0: no limit
  std::chrono::milliseconds longer_than{60'000};  ///< without interruption
};

/// Raises an alarm when the same threads, or the same coroutines, are in a deadlock
/// (LeakReport::deadlocks) in two looks.
struct DeadlockRule {};

/// Raises an alarm when threads or tasks cannot continue by themselves (taskleak/stuck.h). Leaves
/// out the threads and tasks of deadlocks, for which there is DeadlockRule.
struct StuckRule {};

/// Raises an alarm when a task (a handler of Asio, a job of a pool, a coroutine) has been running
/// for longer than `longer_than` without a break. The alarm comes while it runs, with the stack of
/// its thread. Each turn alarms once.
///
/// The watch then looks at the tasks four times in `longer_than`, so the alarm comes after at most
/// about 1.5 times that time. Such a look takes about 20 ns for each task, and reads no stack. If
/// there are very many tasks, the watch looks less often, to use at most a fiftieth of a processor.
/// Coroutines that only taskleak::any_coroutine shows do not note when they run, and are not seen.
struct StallRule {
  std::chrono::milliseconds longer_than{1'000};  ///< at least 4 ms
  std::vector<std::string> except{};             ///< names of tasks that may run for any time
};

/// Says what a Watch looks for.
using Rule = std::variant<GrowthRule, BlockedRule, LimitRule, DeadlockRule, StuckRule, StallRule>;

/// Describes what a rule found.
struct Alarm {
  std::string reason;                   ///< "growth", "blocked", "limit", "deadlock", "stuck",
                                        ///< "stall"
  std::string text;                     ///< one line for people
  std::size_t units = 0;                ///< how many units are affected
  std::string signature;                ///< of the group; empty if it is not about a group
  CapturePtr capture;                   ///< the capture in which it was found
  std::vector<std::int64_t> threads{};  ///< of a deadlock: the kernel ids of its threads, sorted
  std::vector<std::int64_t> tasks{};    ///< of a deadlock of coroutines: their serials, sorted
  std::optional<Unit> stalled{};  ///< of a stall: the task, with the stack of the thread that runs
                                  ///< it; nothing if it stopped running before that was read
};

/// Says how often a Watch looks, what it looks for, and what it does about an alarm. No duration,
/// here or in a rule, may be longer than thirty years.
struct WatchOptions {
  std::chrono::milliseconds period{10'000};  ///< between looks
  std::vector<Rule> rules = {GrowthRule(), BlockedRule(), DeadlockRule(),
                             StuckRule()};       ///< each by itself
  std::chrono::milliseconds cool_down{600'000};  ///< in which each group or limit alarms once
  std::optional<FileOptions> files;              ///< where an alarm's files are kept, if anywhere
  std::function<void(const Alarm&)> on_alarm;    ///< called on the watching thread; must not throw
};

/// Looks once per period, from construction to destruction, on one thread of taskleak's own. The
/// metrics count what it finds as suspected, for as long as the rule applies. If there are several
/// watches, each of these metrics shows the largest count of one of them.
///
/// Keeps the counts of the last hour by creator and state, from its own looks. They take at most a
/// few hundred kilobytes, however often it looks.
///
/// With `files`, an alarm writes NAME-watch-PID-TIME.txt (the reason, what changed since the oldest
/// of the last looks, all stacks), -before.txt (the stacks of the previous look), -hour.html (a
/// page that draws the counts of the last hour, and says when each began to grow), .pb.gz, and
/// after the next look -after.txt.
///
/// Example:
///   taskleak::live::WatchOptions options;
///   options.on_alarm = [](const taskleak::live::Alarm& alarm) { Log(alarm.text); };
///   const taskleak::live::Watch watch(options);
class Watch {
 public:
  /// Starts to watch. Throws std::invalid_argument if an option is bad, and std::runtime_error if
  /// the folder cannot be written to.
  explicit Watch(WatchOptions options = {});
  /// Stops after a look that is under way.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_WATCH_H_
