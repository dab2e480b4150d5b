// Scopes, modes and adoption, the same for every test framework. Plugins call this.
#ifndef TASKLEAK_TEST_RUN_H_
#define TASKLEAK_TEST_RUN_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Checks everything that any thread started since `before`: finds leaks, adopts them (so that they
/// are not reported again), adds them to the JSON report, and prints them if on_leak=warn. TestRun
/// and LeakScope (taskleak/leak_scope.h) instead check only what descends from a scope.
///
/// Returns the text with which the framework must fail the scope. Returns nothing if the scope is
/// clean, if on_leak=warn, or if checking is off. `scope` names the test, suite or run.
/// Thread-safe. Throws std::invalid_argument if an option is bad, or if code sets one that only a
/// whole run uses: check, hang_timeout, descriptors, stale, task_stacks, coroutines, lock_hooks.
///
/// Example:
///   const auto before = taskleak::Snapshot::Take();
///   RunTest();
///   if (const auto text = taskleak::CheckScopeSince(before, "MyTest")) Fail(*text);
[[nodiscard]] std::optional<std::string> CheckScopeSince(const Snapshot& before,
                                                         std::string_view scope,
                                                         const Options& options = {});

/// Drives the checks of one run of a test program from a framework's events.
///
/// Call the events on the thread that runs the tests, in their natural nesting; suites are
/// optional. Each ...Ended returns the text with which the framework must fail that scope, as
/// CheckScopeSince does.
///
/// Each unit belongs to one scope: the one that its creator belongs to or, if that is the thread
/// that runs the tests, the innermost one that was open. So if a pool of the suite starts a thread
/// during a test, that thread is judged at the end of the suite; if a thread of the process starts
/// one, at the end of the run. If a scope has ended, the units that descend from it belong to the
/// one around it. A unit with an unknown creator (always, without taskleak::hooks) belongs to the
/// scope in which it is first seen.
///
/// With `check=marked` the scopes are not checked, because the marks check themselves;
/// the hang timeout still applies. It applies to each test and, from RunStarted() to RunEnded(), to
/// what the framework runs between two events: set-up and tear-down of suites and of the run, and
/// listeners.
///
/// Example (a framework's listener):
///   void OnTestStart(const Test& test) { run_.TestStarted(test.full_name()); }
///   void OnTestEnd(const Test&) { if (auto text = run_.TestEnded()) Fail(*text); }
class TestRun {
 public:
  /// Receives the report of a test that hangs, or of a hang between tests, before the process ends,
  /// and prints it. If there is no handler, or it does not return, taskleak prints the report to
  /// standard error. Called on taskleak's watching thread.
  using HangHandler = std::function<void(const std::string& text)>;

  /// Receives the text of a failure if a test ends the process before it was checked. Called on the
  /// thread that ends it, which may be any.
  using ExitHandler = std::function<void(const std::string& text)>;

  /// Prepares a run. TASKLEAK_OPTIONS wins over `options`. Throws std::invalid_argument if either
  /// is bad, or if the JSON report cannot be written. Sets `hooks`, `lock_hooks` and `task_stacks`
  /// for the process.
  explicit TestRun(const Options& options, HangHandler on_hang = {}, ExitHandler on_exit = {});
  /// Stops watching for tests that hang or end the process.
  ~TestRun();
  TestRun(const TestRun&) = delete;
  TestRun& operator=(const TestRun&) = delete;

  /// Lets the process end while a test is under way. Without this call, exit(3) and quick_exit(3)
  /// between the start of the first suite or test and the end of the run make the exit code 1, with
  /// a message that names the test (with on_leak=warn, only with the message); with
  /// taskleak::hooks, _exit(2) does too. Forked children may end as they like. Call it before
  /// RunStarted(), for a run that is the whole process.
  void ExpectExit();

  /// Begins the run. Call it before anything of the tests, environments included, has started.
  void RunStarted();
  /// Begins a suite, before its own set-up. `suite` names it in reports.
  void SuiteStarted(std::string_view suite);
  /// Begins a test.
  void TestStarted(std::string_view test);
  /// Checks the test. Call it after the test's own clean-up. A `marked` test is checked with
  /// `check=marked` too.
  [[nodiscard]] std::optional<std::string> TestEnded(bool marked = false);
  /// Begins a piece of the test, for a framework that checks a test in pieces. If there is a piece
  /// already, everything that was started in it belongs to the test from now on.
  void PieceStarted();
  /// Checks the piece, which `piece` names in reports. A `marked` one is checked with
  /// `check=marked` too.
  [[nodiscard]] std::optional<std::string> PieceEnded(std::string_view piece, bool marked = false);
  /// Checks the suite. Call it after the suite's own clean-up.
  [[nodiscard]] std::optional<std::string> SuiteEnded();
  /// Restarts the hang timeout and names what comes next, for the report of a hang: `phase` of
  /// `scope`, such as "TearDownTestSuite" of "NodeTest". Without a scope, the phase is the whole
  /// run's. For frameworks with more events than the others here.
  void PhaseStarted(std::string_view phase, std::string_view scope = {});
  /// Checks what belongs to the run, and completes the JSON report.
  [[nodiscard]] std::optional<std::string> RunEnded();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Returns true to the first caller in this process that names `key`, and false to all later ones.
/// Works across copies of taskleak in the executable and in shared libraries, so a plugin that is
/// switched on twice registers once. Not thread-safe; call it at start-up.
///
/// Example:
///   if (taskleak::ClaimOnce("my_framework")) RegisterListener();
[[nodiscard]] bool ClaimOnce(std::string_view key);

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_TEST_RUN_H_
