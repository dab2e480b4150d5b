// taskleak in Catch2: a test case that leaves a thread behind fails.
//
// Two ways to switch the checks on, by CMake target, beside the Catch2 of your program:
//   taskleak::catch2       link it; every test case is checked, no code changes
//   taskleak::catch2_main  the same with a ready main(), in place of Catch2::Catch2WithMain
//
// Tags of a test case:
//   [VerifyNoLeaks]  checked also where check=marked leaves out the others
//   [AllowLeaks]     what it leaves behind is background from then on
//
// Catch2 3 and 2. Includes nothing of Catch2, so it goes with either.
#ifndef TASKLEAK_CATCH2_H_
#define TASKLEAK_CATCH2_H_

#include <cstddef>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"
#include "taskleak/verify.h"

/// For tests of Catch2.
namespace taskleak::catch2 {

/// Sets the options of all checks from now on, in place of the defaults.
///
/// Call it before the session runs: in main(), or while a global variable is initialized. Bad
/// options end the program with code 2 and a message before any test runs. TASKLEAK_OPTIONS wins
/// over `options`.
///
/// Example:
///   const bool configured = [] {
///     taskleak::catch2::SetOptions({taskleak::IgnoreThreadName("log-flusher")});
///     return true;
///   }();
void SetOptions(Options options);

/// Checks the scope it lives in: what is born after its constructor and alive in its destructor
/// fails the current test case.
///
/// With `check=marked`, only what is marked in this way, by the tag or by the macros below is
/// checked. Use it as a local variable, as the first member of a fixture of TEST_CASE_METHOD (the
/// members after it are destroyed before it looks), or as a base class of a fixture. The failure is
/// non-fatal and stands at the line of the test case, since a destructor does not know its
/// caller's.
///
/// Construct and destroy it in the thread that runs the tests. The destructor never throws, not
/// even under --abort, and reports bad options as a failure.
///
/// Example:
///   TEST_CASE("a pool stops") {
///     taskleak::catch2::VerifyNoLeaks verify;
///     WorkerPool pool(4);
///   }
///
/// Example (a fixture all of whose test cases are checked):
///   class PoolFixture : private taskleak::catch2::VerifyNoLeaks {
///    protected:
///     WorkerPool pool_{4};
///   };
class VerifyNoLeaks {
 public:
  /// Uses the options given to SetOptions, or else the defaults.
  VerifyNoLeaks();
  /// Uses `options` and nothing of SetOptions's. TASKLEAK_OPTIONS wins over them.
  explicit VerifyNoLeaks(Options options);
  /// Looks.
  ~VerifyNoLeaks();
  VerifyNoLeaks(const VerifyNoLeaks&) = delete;
  VerifyNoLeaks& operator=(const VerifyNoLeaks&) = delete;

 private:
  Options options_;
  Snapshot before_ = Snapshot::Take();
};

namespace internal {

/// One assertion about a statement: Next() is true once, for the statement; asked again, it checks
/// and fails the assertion if anything was left alive.
class StatementCheck {
 public:
  enum class OnFailure { kContinue, kThrow };

  StatementCheck(const char* macro, const char* statement, const char* file, std::size_t line,
                 OnFailure on_failure)
      : macro_(macro), statement_(statement), file_(file), line_(line), on_failure_(on_failure) {}

  /// Throws what a failed REQUIRE of this Catch2 throws.
  [[nodiscard]] bool Next();

 private:
  const char* macro_;
  const char* statement_;
  const char* file_;
  std::size_t line_;
  OnFailure on_failure_;
  bool ran_ = false;
  Snapshot before_ = Snapshot::Take();
};

}  // namespace internal
}  // namespace taskleak::catch2

/// Runs an expression or statements and fails, at this line, if they leave anything alive. Options
/// as for VerifyNoLeaks(). An assertion like CHECK: INFO and CAPTURE show with it, and the tags
/// [!mayfail] and [!shouldfail] hold for it. Statements that throw, or leave by `return` or
/// `break`, are not checked.
///
/// Example:
///   CHECK_NO_LEAKS(server.Restart());
///   CHECK_NO_LEAKS({
///     Client client(address, timeout);
///     client.Ping();
///   });
#define CHECK_NO_LEAKS(...) TASKLEAK_CATCH2_NO_LEAKS_("CHECK_NO_LEAKS", kContinue, __VA_ARGS__)

/// The same as an assertion like REQUIRE: a failure ends the test case.
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
