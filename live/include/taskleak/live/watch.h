// Looking again and again, and saying when something is wrong.
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

namespace taskleak::live {

/// A group grows over so many looks: its size has a slope that one jump does not make
/// (taskleak/live/growth.h), by which it grew by at least so many units within them.
struct GrowthRule {
  std::size_t looks = 6;      ///< at least 3
  std::size_t at_least = 10;  ///< units
};

/// More than so many units are blocked at one place (same creator, stack and state), and so many of
/// them are there for longer than that: the rule of Uber's LeakProf. Of a unit, how long it was
/// seen there counts, not its age.
struct BlockedRule {
  std::size_t more_than = 100;                    ///< units
  std::chrono::milliseconds longer_than{60'000};  ///< each of them
};

/// The process has more threads, or more resident memory, than that for longer than a time.
struct LimitRule {
  std::size_t threads = 0;                        ///< 0: any number
  std::uint64_t bytes = 0;                        ///< 0: any size
  std::chrono::milliseconds longer_than{60'000};  ///< without a break
};

/// The same threads wait for each other in a circle in two looks.
struct DeadlockRule {};

/// What a Watch looks for.
using Rule = std::variant<GrowthRule, BlockedRule, LimitRule, DeadlockRule>;

/// What a rule has found.
struct Alarm {
  std::string reason;     ///< "growth", "blocked", "limit", "deadlock"
  std::string text;       ///< for people, one line
  std::size_t units = 0;  ///< how many are concerned
  std::string signature;  ///< of the group; empty if it is about none
  CapturePtr capture;     ///< in which it was found
};

/// How often a Watch looks, what for, and what it does about it.
struct WatchOptions {
  std::chrono::milliseconds period{10'000};                                 ///< between looks
  std::vector<Rule> rules = {GrowthRule(), BlockedRule(), DeadlockRule()};  ///< each by itself
  std::chrono::milliseconds cool_down{600'000};  ///< in which a group, or a limit, alarms once
  std::optional<FileOptions> files;              ///< where the scene of an alarm is saved
  std::function<void(const Alarm&)> on_alarm;    ///< called on the watching thread; must not throw
};

/// Looks every period from construction to destruction, on one thread of taskleak's own, which
/// wakes once for each look. What it finds counts as suspected in the metrics for as long as it
/// holds.
///
/// With files, an alarm leaves NAME-watch-PID-TIME.txt (why, what changed since the oldest of the
/// last looks, all stacks), -before.txt (the stacks of the look before), .pb.gz, and after the next
/// look -after.txt.
///
/// Example:
///   taskleak::live::WatchOptions options;
///   options.on_alarm = [](const taskleak::live::Alarm& alarm) { Log(alarm.text); };
///   const taskleak::live::Watch watch(options);
class Watch {
 public:
  /// Throws std::invalid_argument if an option is bad, std::runtime_error if the folder cannot be
  /// written to.
  explicit Watch(WatchOptions options = {});
  /// Waits for a look that is under way.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_WATCH_H_
