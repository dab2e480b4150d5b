// taskleak for GoogleTest: a test, suite or run that leaves a thread behind fails.
//
// Three ways to switch the checks on, by CMake target:
//   taskleak::gtest_auto  link it; every test is checked, without a change in the code
//   taskleak::gtest_main  the same with a main(); link it in place of GTest::gtest_main
//   taskleak::gtest       call AddListener yourself, or use only the checks below
//
// GoogleTest 1.12 and later.
#ifndef TASKLEAK_GTEST_H_
#define TASKLEAK_GTEST_H_

#include <gtest/gtest.h>

#include <string>

#include "taskleak/leak_scope.h"
#include "taskleak/options.h"

/// Checks for GoogleTest.
namespace taskleak::gtest {

/// Sets the options of all checks, in place of the defaults. Does not switch any check on.
///
/// Call it before RUN_ALL_TESTS, on the same thread. A second call with the same options, or
/// without any, changes nothing. TASKLEAK_OPTIONS wins over `options`.
///
/// Throws std::invalid_argument if the resulting options are bad, if an earlier call has set other
/// options (the message names both sets), if the run has begun and `options` would change it, or if
/// another copy of taskleak, in another library, checks these tests with other options.
///
/// Example:
///   taskleak::gtest::SetOptions({taskleak::IgnoreThreadName("log-flusher")});
void SetOptions(const Options& options);

/// Checks every test, every suite and the whole run from now on, with the options given to
/// SetOptions.
///
/// What a test starts must end before the end of the test, which includes TearDown and the
/// fixture's destructor. What SetUpTestSuite starts may live until the end of TearDownTestSuite,
/// and what an environment starts until the end of its TearDown. A leak is a non-fatal failure of
/// the test, suite or run that left it.
///
/// Call it before RUN_ALL_TESTS, on the same thread. Call it after InitGoogleTest if your own
/// listeners must see a test's leaks in its result. Under taskleak::gtest_auto and gtest_main the
/// checks are on already, and a call changes nothing.
///
/// Throws std::invalid_argument if the options are bad, or if another copy of taskleak, in another
/// library, checks these tests with other options.
///
/// Example:
///   int main(int argc, char** argv) {
///     testing::InitGoogleTest(&argc, argv);
///     taskleak::gtest::SetOptions({taskleak::IgnoreThreadName("log-flusher")});
///     taskleak::gtest::AddListener();
///     return RUN_ALL_TESTS();
///   }
void AddListener();

/// Calls SetOptions(options) and AddListener(). Deprecated: call the two.
[[deprecated("call SetOptions(options) and AddListener()")]] void AddListener(
    const Options& options);

/// Checks a scope: what is started after the constructor and alive in the destructor fails the
/// current test.
///
/// The scope belongs to the thread that constructs it. Everything that this thread starts belongs
/// to the scope, and everything that is started from there in turn. So scopes of several threads do
/// not see each other's leaks. Without taskleak::hooks, every new thread belongs to it.
///
/// Works with and without a listener. With `check=marked`, only what is marked in this way is
/// checked. Use it as a local variable, as the first member of a fixture (the members after it are
/// destroyed before the check), or as a base class of a fixture. The failure is non-fatal, and its
/// line is that of the current test, because a destructor does not know the line of its caller.
///
/// Construct and destroy it on the same thread. The destructor never throws, not even under
/// --gtest_throw_on_failure, and reports bad options as a failure.
///
/// Example:
///   TEST(WorkerPool, Stops) {
///     taskleak::gtest::VerifyNoLeaks verify;
///     WorkerPool pool(4);
///   }
///
/// Example (a fixture that checks all its tests):
///   class PoolTest : public testing::Test, private taskleak::gtest::VerifyNoLeaks {
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

/// Drives a statement macro: Next() returns true once for the statement and, if that leaked, a
/// second time for the failure.
class StatementCheck {
 public:
  explicit StatementCheck(const char* statement) : statement_(statement) {}

  [[nodiscard]] bool Next();
  [[nodiscard]] bool InStatement() const { return pass_ == Pass::kStatement; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  enum class Pass { kNone, kStatement, kFailure };

  const char* statement_;
  Pass pass_ = Pass::kNone;
  std::string failure_;
  LeakScope scope_;
};

}  // namespace internal
}  // namespace taskleak::gtest

/// Runs a statement and fails, at this line, if it leaves anything alive. Uses the options of
/// VerifyNoLeaks(). You can stream more into the message. Does not check a statement that throws or
/// that leaves by `return` or `break`.
///
/// Example:
///   EXPECT_NO_LEAKS(server.Restart()) << "with " << connections << " connections open";
///   EXPECT_NO_LEAKS({
///     Client client(address, timeout);
///     client.Ping();
///   });
#define EXPECT_NO_LEAKS(...) TASKLEAK_NO_LEAKS_(ADD_FAILURE(), __VA_ARGS__)

/// Does the same with a fatal failure: like ASSERT_TRUE, it returns from the function, which must
/// return void.
///
/// Example:
///   ASSERT_NO_LEAKS(pool.Stop());
#define ASSERT_NO_LEAKS(...) TASKLEAK_NO_LEAKS_(GTEST_FAIL(), __VA_ARGS__)

// A loop rather than a lambda, so that the statement can declare, use structured bindings and
// contain ASSERT_*; the switch keeps an else after the macro from binding to the macro's if.
#define TASKLEAK_NO_LEAKS_(fail, ...)                                                        \
  switch (0)                                                                                 \
  case 0:                                                                                    \
  default:                                                                                   \
    for (::taskleak::gtest::internal::StatementCheck taskleak_statement_check(#__VA_ARGS__); \
         taskleak_statement_check.Next();)                                                   \
      if (taskleak_statement_check.InStatement()) {                                          \
        __VA_ARGS__;                                                                         \
      } else                                                                                 \
        fail << taskleak_statement_check.failure()

#endif  // TASKLEAK_GTEST_H_
