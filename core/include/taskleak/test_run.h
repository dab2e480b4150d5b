// What a test framework's plugin drives: scopes, modes and adoption, the same for every framework.
#ifndef TASKLEAK_TEST_RUN_H_
#define TASKLEAK_TEST_RUN_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"

namespace taskleak {

/// Checks one scope that began at `before`: finds leaks, adopts them (so that nobody is blamed for
/// them again), adds them to the JSON report, and prints them itself if on_leak=warn.
///
/// Returns the text with which the framework shall fail the scope, or nothing when it is clean,
/// leaks are only warned about, or checking is off. `scope` names the test, suite or run.
/// Thread-safe. Throws std::invalid_argument if an option is bad.
[[nodiscard]] std::optional<std::string> CheckScopeSince(const Snapshot& before,
                                                         std::string_view scope,
                                                         const Options& options = {});

/// Drives the checks of one run of a test program from a framework's events.
///
/// Call the events from the thread that runs the tests, in their natural nesting; suites are
/// optional. Each ...Ended returns the text with which the framework shall fail that scope, as
/// CheckScopeSince does. A unit reported in an inner scope is not reported again in an outer one.
/// In `check=marked` mode the scopes are not checked (the marks check themselves); the hang timeout
/// still holds.
///
/// Example (a framework's listener):
///   void OnTestStart(const Test& test) { run_.TestStarted(test.full_name()); }
///   void OnTestEnd(const Test&) { if (auto text = run_.TestEnded()) Fail(*text); }
class TestRun {
 public:
  /// What to do with the report of a test that hangs, before the process ends. Called on taskleak's
  /// watching thread.
  using HangHandler = std::function<void(const std::string& text)>;

  /// TASKLEAK_OPTIONS wins over `options`. Throws std::invalid_argument if either is bad.
  explicit TestRun(const Options& options, HangHandler on_hang = {});
  /// Ends the watch for tests that hang, if there is one.
  ~TestRun();
  TestRun(const TestRun&) = delete;
  TestRun& operator=(const TestRun&) = delete;

  /// Before anything of the tests, their environments included, has started.
  void RunStarted();
  /// Before the suite's own preparation; `suite` names it in reports.
  void SuiteStarted(std::string_view suite);
  /// Returns what the test is compared with at its end.
  Snapshot TestStarted(std::string_view test);
  /// After the test's own clean-up: checks what was born since TestStarted().
  [[nodiscard]] std::optional<std::string> TestEnded();
  /// The same for a framework that looks at a test in pieces: checks what was born after `since`,
  /// and names it `scope`. A piece that is `marked` is checked in `check=marked` mode too.
  [[nodiscard]] std::optional<std::string> TestEnded(const Snapshot& since, std::string_view scope,
                                                     bool marked);
  /// After the suite's own clean-up: checks what was born since SuiteStarted().
  [[nodiscard]] std::optional<std::string> SuiteEnded();
  /// Checks what was born since RunStarted(), and completes the JSON report.
  [[nodiscard]] std::optional<std::string> RunEnded();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True for the first caller in this process that names `key`; false ever after. Holds across
/// copies of taskleak in executables and shared libraries of one process, so that switching a
/// plugin on twice is the same as once. Not thread-safe; call at start-up.
[[nodiscard]] bool ClaimOnce(std::string_view key);

}  // namespace taskleak

#endif  // TASKLEAK_TEST_RUN_H_
