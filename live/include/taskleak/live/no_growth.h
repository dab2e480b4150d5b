// Checks whether repeating a statement leaves more and more alive.
#ifndef TASKLEAK_LIVE_NO_GROWTH_H_
#define TASKLEAK_LIVE_NO_GROWTH_H_

#include <cstddef>
#include <memory>
#include <string>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Runs a statement many times and finds what grows with it. EXPECT_NO_GROWTH
/// (taskleak/live/gtest.h) and CHECK_NO_GROWTH (taskleak/live/catch2.h) use it; use it yourself
/// with other test frameworks.
///
/// Looks before the first run and at twelve moments, evenly spread over the runs, and judges each
/// group of threads or tasks, and each kind of descriptor, by its slope (taskleak/live/growth.h).
/// What is made once, or grows only at first, as pools and caches do, is not growth. Waits for what
/// seems to grow, up to the `drain` of TASKLEAK_OPTIONS, since work that was handed over may end a
/// little later. Use it in one thread.
///
/// Example:
///   for (taskleak::live::GrowthCheck check(200, "request"); check.Next();) {
///     if (check.InStatement()) {
///       HandleRequest();
///     } else {
///       FailMyTest(check.failure());
///     }
///   }
class GrowthCheck {
 public:
  /// Begins a check that runs the statement `runs` times, at least 24; more runs make the result
  /// more certain. `what` names the statement in the failure.
  GrowthCheck(std::size_t runs, std::string what);
  ~GrowthCheck();
  GrowthCheck(const GrowthCheck&) = delete;
  GrowthCheck& operator=(const GrowthCheck&) = delete;

  /// Returns true for each run, and once more if there was growth.
  [[nodiscard]] bool Next();
  /// Returns whether to run the statement now.
  [[nodiscard]] bool InStatement() const;
  /// Returns what grew, with stacks. Call it when Next() returned true and InStatement() returns
  /// false.
  [[nodiscard]] const std::string& failure() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_NO_GROWTH_H_
