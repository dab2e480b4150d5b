// A main() that switches the checks on twice, with options of its own.
#include <taskleak/gtest.h>

#include <cstdio>
#include <stdexcept>

#include "support/threads.h"

namespace {

TEST(Own, LeavesAThread) { LeaveThread("own"); }
TEST(Own, LeavesAnIgnoredThread) { LeaveThread("flusher"); }
TEST(Own, MarkUsesTheOptionsOfTheListener) { EXPECT_NO_LEAKS(LeaveThread("flusher")); }

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    taskleak::Options bad;
    bad.suppressions = {"no such file"};
    taskleak::gtest::AddListener(bad);
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
  taskleak::gtest::AddListener({taskleak::IgnoreThreadName("flush*")});
  taskleak::gtest::AddListener();  // does nothing
  return RUN_ALL_TESTS();
}
