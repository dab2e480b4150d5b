// taskleak for Catch2: a test case that leaves a thread behind fails.
//
// Two ways to switch the checks on, by CMake target, beside your Catch2:
//   taskleak::catch2_auto  link it; every test case is checked, without a change in the code
//   taskleak::catch2_main  the same with a main(); link it in place of Catch2::Catch2WithMain
//
// Tags of a test case:
//   [VerifyNoLeaks]  the test case is checked with check=marked too
//   [AllowLeaks]     what the test case leaves behind is adopted, not reported
//
// Works with Catch2 3 and 2; includes no header of Catch2.
#ifndef TASKLEAK_CATCH2_H_
#define TASKLEAK_CATCH2_H_

#include <cstddef>

#include "taskleak/leak_scope.h"
#include "taskleak/options.h"
#include "taskleak/verify.h"

/// Checks for Catch2.
namespace taskleak::catch2 {

/// Sets the options of all checks, in place of the defaults.
///
/// Call it before the session runs: in main(), or while a global variable is initialized. A second
/// call with the same options, or without any, changes nothing. Bad options, and two sets that
/// differ, end the program with a message (which names both sets) and exit code 2 before any test
/// runs. Once the session runs, a call that would change something throws std::invalid_argument.
/// TASKLEAK_OPTIONS wins over `options`.
///
/// Example:
///   const bool configured = [] {
///     taskleak::catch2::SetOptions({taskleak::IgnoreThreadName("log-flusher")});
///     return true;
///   }();
void SetOptions(const Options& options);

/// Checks a scope: what is started after the constructor and alive in the destructor fails the
/// current test case.
///
/// The scope belongs to the thread that constructs it. Everything that this thread starts belongs
/// to the scope, and everything that is started from there in turn. Without taskleak::hooks, every
/// new thread belongs to it.
///
/// With `check=marked`, only what is marked in this way, by the tag or by the macros below is
/// checked. Use it as a local variable, as the first member of a fixture of TEST_CASE_METHOD (the
/// members after it are destroyed before the check), or as a base class of a fixture. The failure
/// is non-fatal, and its line is that of the test case, because a destructor does not know the line
/// of its caller.
///
/// Construct and destroy it on the thread that runs the tests. The destructor never throws, not
/// even under --abort, and reports bad options as a failure.
///
/// Example:
///   TEST_CASE("a pool stops") {
///     taskleak::catch2::VerifyNoLeaks verify;
///     WorkerPool pool(4);
///   }
///
/// Example (a fixture that checks all its test cases):
///   class PoolFixture : private taskleak::catch2::VerifyNoLeaks {
///    protected:
///     WorkerPool pool_{4};
///   };
class VerifyNoLeaks {
 public:
  /// Begins the scope with the options given to SetOptions, or else with the defaults.
  VerifyNoLeaks();
  /// Begins the scope with `options` in place of those given to SetOptions. TASKLEAK_OPTIONS wins
  /// over them. An option that only a whole run uses, such as hang_timeout, is an error, which
  /// fails the test.
  explicit VerifyNoLeaks(Options options);
  /// Checks the scope.
  ~VerifyNoLeaks();
  VerifyNoLeaks(const VerifyNoLeaks&) = delete;
  VerifyNoLeaks& operator=(const VerifyNoLeaks&) = delete;

 private:
  Options options_;
  LeakScope scope_;
};

namespace internal {

/// Drives a statement macro: the first Next() returns true, so the statement runs; the second
/// checks, and fails the assertion if anything was left alive.
class StatementCheck {
 public:
  enum class OnFailure { kContinue, kThrow };

  StatementCheck(const char* macro, const char* statement, const char* file, std::size_t line,
                 OnFailure on_failure)
      : macro_(macro), statement_(statement), file_(file), line_(line), on_failure_(on_failure) {}

  /// Returns whether to run the statement. A failure with kThrow throws what a failed REQUIRE of
  /// this Catch2 throws.
  [[nodiscard]] bool Next();

 private:
  const char* macro_;
  const char* statement_;
  const char* file_;
  std::size_t line_;
  OnFailure on_failure_;
  bool ran_ = false;
  LeakScope scope_;
};

}  // namespace internal
}  // namespace taskleak::catch2

/// Runs an expression or statements and fails, at this line, if they leave anything alive. Uses the
/// options of VerifyNoLeaks(). It is an assertion like CHECK: INFO and CAPTURE appear with it, and
/// the tags [!mayfail] and [!shouldfail] apply. Does not check statements that throw or that leave
/// by `return` or `break`.
///
/// Example:
///   CHECK_NO_LEAKS(server.Restart());
///   CHECK_NO_LEAKS({
///     Client client(address, timeout);
///     client.Ping();
///   });
#define CHECK_NO_LEAKS(...) TASKLEAK_CATCH2_NO_LEAKS_("CHECK_NO_LEAKS", kContinue, __VA_ARGS__)

/// Does the same as CHECK_NO_LEAKS, but like REQUIRE: a failure ends the test case.
///
/// Example:
///   REQUIRE_NO_LEAKS(pool.Stop());
#define REQUIRE_NO_LEAKS(...) TASKLEAK_CATCH2_NO_LEAKS_("REQUIRE_NO_LEAKS", kThrow, __VA_ARGS__)

// A loop rather than a lambda, so that the statement can declare and use structured bindings.
#define TASKLEAK_CATCH2_NO_LEAKS_(macro, on_failure, ...)                        \
  for (::taskleak::catch2::internal::StatementCheck taskleak_statement_check(    \
           macro, #__VA_ARGS__, __FILE__, __LINE__,                              \
           ::taskleak::catch2::internal::StatementCheck::OnFailure::on_failure); \
       taskleak_statement_check.Next();) {                                       \
    __VA_ARGS__;                                                                 \
  }                                                                              \
  static_cast<void>(0)

#endif  // TASKLEAK_CATCH2_H_
