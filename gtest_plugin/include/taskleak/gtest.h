// taskleak in GoogleTest: a test, suite or run that leaves a thread behind fails.
//
// Three ways to switch the checks on, by CMake target:
//   taskleak::gtest_auto  link it; every test is checked, no code changes
//   taskleak::gtest_main  the same with a ready main(), in place of GTest::gtest_main
//   taskleak::gtest       call AddListener yourself, or only use the checks below
//
// GoogleTest 1.12 and later.
#ifndef TASKLEAK_GTEST_H_
#define TASKLEAK_GTEST_H_

#include <gtest/gtest.h>

#include <string>

#include "taskleak/options.h"
#include "taskleak/snapshot.h"

/// For tests of GoogleTest.
namespace taskleak::gtest {

/// Checks every test, every suite and the whole run from now on.
///
/// What is born in a test must end with it, TearDown and the fixture's destructor included; what is
/// born in SetUpTestSuite may live until TearDownTestSuite, and what an environment starts until
/// its TearDown. A leak is a non-fatal failure of the test, suite or run that left it.
///
/// Call it from the thread that calls RUN_ALL_TESTS, before that, and after InitGoogleTest if
/// listeners of your own are to see a test's result with its leaks. A second call does nothing,
/// also when it comes from a shared library that uses the same GoogleTest; nor does any call under
/// taskleak::gtest_auto and gtest_main, which were first. TASKLEAK_OPTIONS wins over `options`;
/// throws std::invalid_argument if what results is bad.
///
/// Example:
///   int main(int argc, char** argv) {
///     testing::InitGoogleTest(&argc, argv);
///     taskleak::gtest::AddListener({taskleak::IgnoreThreadName("log-flusher")});
///     return RUN_ALL_TESTS();
///   }
void AddListener(Options options = {});

/// Checks the scope it lives in: what is born after its constructor and alive in its destructor
/// fails the current test.
///
/// Works with and without a listener; with one and `check=marked`, only what is marked in this way
/// is checked. Use it as a local variable, as the first member of a fixture (the members after it
/// are destroyed before it looks), or as a base class of a fixture. The failure is non-fatal and
/// stands at the line of the current test, since a destructor does not know its caller's.
///
/// Construct and destroy it in the thread that runs the tests. The destructor never throws, not
/// even under --gtest_throw_on_failure, and reports bad options as a failure.
///
/// Example:
///   TEST(WorkerPool, Stops) {
///     taskleak::gtest::VerifyNoLeaks verify;
///     WorkerPool pool(4);
///   }
///
/// Example (a fixture all of whose tests are checked):
///   class PoolTest : public testing::Test, private taskleak::gtest::VerifyNoLeaks {
///    protected:
///     WorkerPool pool_{4};
///   };
class VerifyNoLeaks {
 public:
  /// Uses the options given to AddListener; without a listener, the defaults.
  VerifyNoLeaks();
  /// Uses `options` and nothing of AddListener's. TASKLEAK_OPTIONS wins over them.
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

/// The two passes of a statement macro: Next() is true once for the statement and, if that leaked,
/// a second time for the failure.
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
  Snapshot before_ = Snapshot::Take();
};

}  // namespace internal
}  // namespace taskleak::gtest

/// Runs a statement and fails, at this line, if it leaves anything alive. Options as for
/// VerifyNoLeaks(). More can be streamed into the message. A statement that throws, or leaves by
/// `return` or `break`, is not checked.
///
/// Example:
///   EXPECT_NO_LEAKS(server.Restart()) << "with " << connections << " connections open";
///   EXPECT_NO_LEAKS({
///     Client client(address, timeout);
///     client.Ping();
///   });
#define EXPECT_NO_LEAKS(...) TASKLEAK_NO_LEAKS_(ADD_FAILURE(), __VA_ARGS__)

/// The same with a fatal failure: returns from the function, which must return void, as with
/// ASSERT_TRUE.
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
