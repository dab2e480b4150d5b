// A main() that switches the checks on twice, with options of its own.
#include <taskleak/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "support/threads.h"

namespace {

void AddAndSayIfRefused(const taskleak::Options& options) {
  try {
    taskleak::gtest::AddListener(options);
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
}

TEST(Own, LeavesAThread) { LeaveThread("own"); }
TEST(Own, LeavesAnIgnoredThread) { LeaveThread("flusher"); }
TEST(Own, MarkUsesTheOptionsOfTheListener) { EXPECT_NO_LEAKS(LeaveThread("flusher")); }
TEST(Own, AddsOptionsTooLate) { AddAndSayIfRefused({taskleak::IgnoreThreadName("late")}); }

void AddOptionsInTime() {
  taskleak::Options bad;
  bad.suppressions = {"no such file"};
  AddAndSayIfRefused(bad);
  taskleak::gtest::AddListener({taskleak::IgnoreThreadName("flush*")});
  taskleak::gtest::AddListener();                                        // changes nothing
  taskleak::gtest::AddListener({taskleak::IgnoreThreadName("flush*")});  // neither does the same
  if (const char* other = std::getenv("OTHER_OPTIONS")) {
    taskleak::Options options{taskleak::IgnoreThreadName("other")};
    options.Apply(other);
    AddAndSayIfRefused(options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (std::getenv("LATE") == nullptr)
    AddOptionsInTime();
  else
    taskleak::gtest::AddListener();
  return RUN_ALL_TESTS();
}
