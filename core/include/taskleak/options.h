// Options: what to check, how long to wait, and what to do about a leak.
#ifndef TASKLEAK_OPTIONS_H_
#define TASKLEAK_OPTIONS_H_

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "taskleak/ignore.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Says what happens when there is a leak.
enum class OnLeak {
  kFail,  ///< a leak fails the test
  kWarn,  ///< a leak is printed to standard error and written to the JSON report; it does not fail
          ///< the test
  kOff,   ///< nothing is checked
};

/// Says what is checked.
enum class CheckScope {
  kAll,     ///< every test, every suite, the whole run
  kMarked,  ///< only what is marked, by VerifyNoLeaks, EXPECT_NO_LEAKS and the like
};

/// Says how much of the stack that creates each task is remembered (taskleak/task.h).
enum class TaskStacks {
  kOff,   ///< nothing
  kSite,  ///< the function that creates it
  kFull,  ///< that function and its callers
};

/// Says what happens, at the end of a run, when lines of suppression files matched nothing or have
/// expired.
enum class OnStale {
  kOff,   ///< nothing, but the JSON report lists them
  kWarn,  ///< they are printed to standard error
  kFail,  ///< they fail the run
};

/// Says what happens when tests leave file descriptors open.
enum class OnDescriptors {
  kOff,   ///< nothing: they are not looked at
  kWarn,  ///< they are printed to standard error and written to the JSON report
  kFail,  ///< they fail the test
};

/// Says which coroutines are looked for (docs/coroutines.md).
enum class CoroutineSearch {
  kKnown,  ///< those that are registered or followed
  kScan,  ///< at the end of a run, memory is searched for others, too: they are printed to standard
          ///< error and written to the JSON report as unverified, and fail nothing
};

/// Says whether printed reports are coloured.
enum class Color {
  kAuto,    ///< only on a terminal
  kAlways,  ///< always
  kNever,   ///< never
};

/// Says how to look for leaks and what to do about them.
///
/// The environment variable TASKLEAK_OPTIONS wins over what code sets, so a CI job can change the
/// behaviour without a rebuild. It consists of `key=value` pairs separated by spaces, commas or
/// colons:
///   TASKLEAK_OPTIONS="drain=500ms:on_leak=warn:json=leaks.json"
/// A bad key or value is an error (std::invalid_argument) that names the key and what is accepted.
///
/// A plain value: do not change it while another thread reads it.
///
/// Example:
///   taskleak::Options options{taskleak::IgnoreThreadName("log-flusher")};
///   options.drain = std::chrono::milliseconds(200);
///   taskleak::gtest::SetOptions(options);
struct Options {
  /// Makes the defaults.
  Options() = default;
  /// Makes the defaults with rules that add to the built-in list of background threads.
  Options(std::initializer_list<IgnoreRule> rules)
      : ignore(rules) {}  // NOLINT(google-explicit-constructor)

  /// Returns the defaults, changed by TASKLEAK_OPTIONS. Throws std::invalid_argument if its value
  /// is bad.
  [[nodiscard]] static Options FromEnvironment();

  /// Applies `text`, which has the form of TASKLEAK_OPTIONS. If any of it is bad, throws
  /// std::invalid_argument and changes nothing.
  ///
  /// Example: options.Apply("drain=500ms:on_leak=warn")
  void Apply(std::string_view text);

  OnLeak on_leak = OnLeak::kFail;       ///< key on_leak=fail|warn|off
  CheckScope check = CheckScope::kAll;  ///< key check=all|marked
  std::chrono::milliseconds drain{
      1000};  ///< key drain=1s: how long to wait for stragglers; 0: do not wait
  std::chrono::milliseconds drain_max{
      10000};             ///< key drain_max=10s: how long to wait while they make progress
  bool stillness = true;  ///< key stillness=0|1: stop waiting as soon as it is shown that no other
                          ///< thread can wake or end; 0: wait for all of `drain`, for a process
                          ///< that is woken in ways the kernel does not show
  std::chrono::milliseconds hang_timeout{0};  ///< key hang_timeout=60s: a test that takes longer or
                                              ///< never returns is reported, and ended; 0: off
  std::vector<std::string> suppressions;  ///< key suppressions=FILE (may be repeated): files with
                                          ///< one ignore rule per line
  OnStale stale = OnStale::kOff;  ///< key stale=off|warn|fail: for processes that run all tests
  std::string json;  ///< key json=PATH: where to write the JSON report; %p is the process id
  Color color =
      Color::kAuto;       ///< key color=auto|always|never: only for what is printed to a terminal
  bool processes = true;  ///< key processes=0|1: child processes that are left are leaks
  OnDescriptors descriptors =
      OnDescriptors::kOff;  ///< key descriptors=off|warn|fail: tests that leave a descriptor open
                            ///< while one of the same kind from an earlier test is still open
  bool hooks = true;  ///< key hooks=0|1: record which code creates threads, if the hooks are linked
  bool lock_hooks = false;  ///< key lock_hooks=0|1: record which threads hold read-write locks for
                            ///< reading, if the hooks are linked
  TaskStacks task_stacks =
      TaskStacks::kSite;  ///< key task_stacks=off|site|full, for the whole process
  CoroutineSearch coroutines =
      CoroutineSearch::kKnown;  ///< key coroutines=known|scan: for processes that run tests
  bool verbose = false;         ///< key verbose=0|1: show full stacks and source lines
  std::vector<std::string> report_known;  ///< key report_known=NAME (may be repeated; or `all`):
                                          ///< entries of the built-in list that are reported
  std::vector<IgnoreRule> ignore;         ///< rules from code
};

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_OPTIONS_H_
