// Suppression files against real leaked threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/suppression_use.h"
#include "support/parked_thread.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::rules {
namespace {

using taskleak::testing::BlockedThread;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SuppressionsTest : public ::testing::Test {
 protected:
  SuppressionsTest() {
    for (int i = 0; i < 3; ++i) {
      threads_.push_back(std::make_unique<BlockedThread>(
          [this] {
            prctl(PR_SET_NAME, "parked");
            latch_.wait();
          },
          [this] {
            if (!latch_.try_wait()) latch_.count_down();
          }));
      threads_.back()->AwaitCall(SYS_futex);
    }
  }
  ~SuppressionsTest() override { std::filesystem::remove(path_); }

  /// Returns the report of test A.A with a file of these lines, or an empty text if the test
  /// passes.
  [[nodiscard]] std::string ReportWith(const std::string& lines, int drain_ms = 0) const {
    std::ofstream(path_) << lines;
    Options options;
    options.suppressions = {path_};
    options.drain = std::chrono::milliseconds(drain_ms);
    return CheckScopeSince(before_, "A.A", options).value_or("");
  }

  /// Returns how often each line of the file matched, in the order of the lines.
  [[nodiscard]] std::vector<SuppressionCount> Uses() const {
    std::vector<SuppressionCount> uses = CountSuppressionUse();
    std::erase_if(uses, [this](const SuppressionCount& use) { return use.path != path_; });
    return uses;
  }

  const std::string path_ = ::testing::TempDir() + "round-" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const Snapshot before_ = Snapshot::Take();
  std::latch latch_{1};
  std::vector<std::unique_ptr<BlockedThread>> threads_;
};

TEST_F(SuppressionsTest, HideAsManyAsTheyAllow) {
  EXPECT_EQ(ReportWith("thread_name:parked max=3"), "");
}

TEST_F(SuppressionsTest, HideNoneOfMoreThanTheyAllowAndSaySo) {
  EXPECT_THAT(ReportWith("thread_name:parked max=2"),
              AllOf(HasSubstr("3 threads"), HasSubstr(path_ + ":1: there are 3 and it allows 2")));
}

TEST_F(SuppressionsTest, HoldInTheirTestsOnly) {
  EXPECT_THAT(ReportWith("thread_name:parked test=B.*"), HasSubstr("3 threads"));
}

TEST_F(SuppressionsTest, HoldInTheirTests) {
  EXPECT_EQ(ReportWith("thread_name:parked test=A.*"), "");
  // From then on the threads are background: no suite or run is blamed for them.
  EXPECT_FALSE(CheckScopeSince(before_, "the whole run").has_value());
}

TEST_F(SuppressionsTest, ThatExpiredHideNothingAndSaySo) {
  EXPECT_THAT(ReportWith("thread_name:parked expires=2020-01-01"),
              AllOf(HasSubstr("3 threads"), HasSubstr(path_ + ":1: expired on 2020-01-01")));
}

TEST_F(SuppressionsTest, CostNoWait) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(ReportWith("thread_name:parked max=3 test=A.A", /*drain_ms=*/60'000), "");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

// The predicate, which each look asks, lets one more thread begin after the first look.
TEST_F(SuppressionsTest, CountWhatEarlierLooksOfACheckHaveHidden) {
  std::latch asked(1);
  std::unique_ptr<BlockedThread> late;
  const BlockedThread starter(
      [&] {
        asked.wait();
        late = std::make_unique<BlockedThread>(
            [this] {
              prctl(PR_SET_NAME, "parked");
              latch_.wait();
            },
            [] {});
      },
      [&] {
        if (!asked.try_wait()) asked.count_down();
      });
  std::ofstream(path_) << "thread_name:parked max=3";
  Options options{IgnoreIf([&asked](const Unit& /*unit*/) {
    if (!asked.try_wait()) asked.count_down();
    return false;
  })};
  options.suppressions = {path_};
  options.stillness = false;  // the checking thread itself wakes another one
  EXPECT_THAT(CheckScopeSince(before_, "A.A", options).value_or(""),
              AllOf(HasSubstr("1 thread"), HasSubstr(path_ + ":1: there are 4 and it allows 3")));
  latch_.count_down();
}

TEST_F(SuppressionsTest, AreFoundWhereTheProcessStarted) {
  const std::string folder = std::filesystem::current_path();
  const std::string file = "relative-" + std::to_string(getpid());
  std::ofstream(file) << "thread_name:parked";
  Options options;
  options.suppressions = {file};
  EXPECT_EQ(CheckScopeSince(Snapshot(), "first", options).has_value(), false);
  std::filesystem::current_path("/");
  EXPECT_FALSE(CheckScopeSince(before_, "A.A", options));
  std::filesystem::current_path(folder);
  std::filesystem::remove(file);
}

TEST_F(SuppressionsTest, AreCounted) {
  EXPECT_THAT(ReportWith("thread_name:none\nthread_name:parked max=5\nthread_name:none test=A.A\n"
                         "module:none expires=2020-01-01\n"),
              "");
  const std::vector<SuppressionCount> uses = Uses();
  ASSERT_EQ(uses.size(), 4U);
  EXPECT_EQ(uses[0].used, 0U);
  EXPECT_GE(uses[1].used, 3U);
  EXPECT_EQ(uses[2].used, 0U);
  EXPECT_TRUE(uses[3].expired);
  EXPECT_FALSE(uses[1].expired);
}

TEST_F(SuppressionsTest, PlainOnesAreCountedToo) {
  EXPECT_EQ(ReportWith("thread_name:parked\n"), "");
  ASSERT_EQ(Uses().size(), 1U);
  EXPECT_GE(Uses()[0].used, 3U);
}

}  // namespace
}  // namespace taskleak::rules
