// Death tests, which run in a forked or re-executed child.
#include <gtest/gtest.h>
#include <taskleak/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "support/threads.h"

namespace {

class DeathTest : public testing::Test {
 protected:
  taskleak::gtest::VerifyNoLeaks verify_;
};
using PoolDeathTest = DeathTest;

TEST_F(PoolDeathTest, Dies) {
  EXPECT_DEATH(
      {
        std::fputs("dying\n", stderr);
        std::abort();
      },
      "dying");
}
TEST_F(PoolDeathTest, Exits) { EXPECT_EXIT(std::exit(3), testing::ExitedWithCode(3), ""); }
TEST_F(PoolDeathTest, DiesWithAThread) {
  EXPECT_EXIT(
      {
        LeaveThread("in-the-child");
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^$");
}
TEST_F(PoolDeathTest, ChecksInTheChild) {
  EXPECT_EXIT(
      {
        EXPECT_NO_LEAKS(Worker("joined"));
        EXPECT_NO_LEAKS(LeaveThread("in-the-child"));
        std::exit(testing::Test::HasNonfatalFailure() ? 4 : 0);
      },
      testing::ExitedWithCode(4), "");
}
TEST_F(PoolDeathTest, LeavesAThreadAfterwards) {
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0), "");
  LeaveThread("in-the-parent");
}

}  // namespace
