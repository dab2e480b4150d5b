// Whether what is alive grows with how often something is done.
#ifndef TASKLEAK_LIVE_NO_GROWTH_H_
#define TASKLEAK_LIVE_NO_GROWTH_H_

#include <cstddef>
#include <memory>
#include <string>

namespace taskleak::live {

/// What EXPECT_NO_GROWTH (taskleak/live/gtest.h) and CHECK_NO_GROWTH (taskleak/live/catch2.h) are
/// made of; for other test frameworks use it so:
///
///   for (taskleak::live::GrowthCheck check(200, "request"); check.Next();) {
///     if (check.InStatement()) {
///       HandleRequest();
///     } else {
///       FailMyTest(check.failure());
///     }
///   }
///
/// Looks at twelve moments, evenly spread over the runs, and judges each group of threads and
/// tasks, and each kind of descriptors, by its slope (taskleak/live/growth.h): what is made once,
/// or grows only at first, as pools and caches do, is no growth. What seems to grow is waited for,
/// up to the `drain` of TASKLEAK_OPTIONS: work that was handed over may end a little later. Use it
/// in one thread.
class GrowthCheck {
 public:
  /// `runs` is how often the statement is run: 24 at least, and more tell more. `what` names it in
  /// the failure.
  GrowthCheck(std::size_t runs, std::string what);
  ~GrowthCheck();
  GrowthCheck(const GrowthCheck&) = delete;
  GrowthCheck& operator=(const GrowthCheck&) = delete;

  /// True for each run, and once more if there was growth.
  [[nodiscard]] bool Next();
  /// True if the statement is to be run now.
  [[nodiscard]] bool InStatement() const;
  /// What grew, with stacks; once Next() was true and InStatement() is false.
  [[nodiscard]] const std::string& failure() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_NO_GROWTH_H_
