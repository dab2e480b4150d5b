// What to look at, how long to wait, and what to do about a leak.
#ifndef TASKLEAK_OPTIONS_H_
#define TASKLEAK_OPTIONS_H_

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "taskleak/ignore.h"

namespace taskleak {

/// What a leak leads to.
enum class OnLeak {
  kFail,  ///< a leak fails the test
  kWarn,  ///< a leak is printed to standard error and written to the JSON report; the test's result
          ///< stays
  kOff,   ///< nothing is looked at
};

/// What is checked.
enum class CheckScope {
  kAll,     ///< every test, every suite, the whole run
  kMarked,  ///< only where VerifyNoLeaks (or EXPECT_NO_LEAKS and the like) stands
};

/// What is remembered of where each task is created (taskleak/task.h).
enum class TaskStacks {
  kOff,   ///< nothing
  kSite,  ///< the function that creates it
  kFull,  ///< that and its callers
};

/// What to say at the end of a run about lines of suppression files that matched nothing or have
/// expired.
enum class OnStale {
  kOff,   ///< nothing; the JSON report has them
  kWarn,  ///< they are printed to standard error
  kFail,  ///< they fail the run
};

/// Whether what is printed is coloured.
enum class Color {
  kAuto,    ///< on a terminal
  kAlways,  ///< wherever it goes
  kNever,   ///< not at all
};

/// How to look for leaks and what to do about them.
///
/// Whatever the environment variable TASKLEAK_OPTIONS sets wins over what code sets, so a CI job
/// can change a binary's behaviour without a rebuild. Its form: `key=value` pairs separated by
/// spaces, commas or colons:
///   TASKLEAK_OPTIONS="drain=500ms:on_leak=warn:json=leaks.json"
/// A key or value that it does not accept is an error (std::invalid_argument) that names the key
/// and what is accepted.
///
/// A plain value: not to be changed while another thread reads it.
///
/// Example:
///   taskleak::Options options{taskleak::IgnoreThreadName("log-flusher")};
///   options.drain = std::chrono::milliseconds(200);
///   taskleak::gtest::AddListener(options);
struct Options {
  /// The defaults.
  Options() = default;
  /// Rules to add to the built-in list of known background threads.
  Options(std::initializer_list<IgnoreRule> rules)
      : ignore(rules) {}  // NOLINT(google-explicit-constructor)

  /// The defaults, changed by TASKLEAK_OPTIONS. Throws std::invalid_argument if that is bad.
  [[nodiscard]] static Options FromEnvironment();

  /// Applies `text` (the form of TASKLEAK_OPTIONS). Throws std::invalid_argument and changes
  /// nothing if any of it is bad.
  void Apply(std::string_view text);

  OnLeak on_leak = OnLeak::kFail;       ///< key on_leak=fail|warn|off
  CheckScope check = CheckScope::kAll;  ///< key check=all|marked
  std::chrono::milliseconds drain{
      1000};  ///< key drain=1s: how long to wait for stragglers; 0 is no wait
  std::chrono::milliseconds drain_max{
      10000};  ///< key drain_max=10s: the same while they make progress
  std::chrono::milliseconds hang_timeout{0};  ///< key hang_timeout=60s: a test that takes longer is
                                              ///< reported and ends the process; 0 is off
  std::vector<std::string>
      suppressions;  ///< key suppressions=FILE (may be repeated): files of ignore rules, one a line
  OnStale stale =
      OnStale::kOff;  ///< key stale=off|warn|fail: only where one process runs all tests
  std::string json;   ///< key json=PATH: where the JSON report goes; %p is the process id
  Color color =
      Color::kAuto;   ///< key color=auto|always|never: only for what is printed to a terminal
  bool hooks = true;  ///< key hooks=0|1: record who creates threads, where the hooks are linked
  TaskStacks task_stacks =
      TaskStacks::kSite;  ///< key task_stacks=off|site|full, for the whole process
  bool verbose = false;   ///< key verbose=0|1: full stacks, source lines, rules that matched
  std::vector<std::string> report_known;  ///< key report_known=NAME (may be repeated; `all`):
                                          ///< entries of the built-in list not to ignore
  std::vector<IgnoreRule> ignore;         ///< rules from code
};

}  // namespace taskleak

#endif  // TASKLEAK_OPTIONS_H_
