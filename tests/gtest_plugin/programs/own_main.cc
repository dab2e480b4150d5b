// A main() that switches the checks on twice, with options of its own, which it sets twice.
#include <dlfcn.h>
#include <taskleak/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "support/threads.h"

namespace {

void SetAndSayIfRefused(const taskleak::Options& options) {
  try {
    taskleak::gtest::SetOptions(options);
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
}

TEST(Own, LeavesAThread) { LeaveThread("own"); }
TEST(Own, LeavesAnIgnoredThread) { LeaveThread("flusher"); }
TEST(Own, MarkUsesTheOptionsOfTheListener) { EXPECT_NO_LEAKS(LeaveThread("flusher")); }
TEST(Own, SetsOptionsTooLate) { SetAndSayIfRefused({taskleak::IgnoreThreadName("late")}); }
TEST(Own, SetsAPredicateTooLate) {
  SetAndSayIfRefused({taskleak::IgnoreIf([](const taskleak::Unit&) { return true; }, "ours")});
}

void SetOptionsInTime() {
  taskleak::Options bad;
  bad.suppressions = {"no such file"};
  SetAndSayIfRefused(bad);
  // [options]
  taskleak::gtest::SetOptions({taskleak::IgnoreThreadName("flush*")});
  // [/options]
  taskleak::gtest::SetOptions({});                                      // changes nothing
  taskleak::gtest::SetOptions({taskleak::IgnoreThreadName("flush*")});  // neither does the same
  if (const char* other = std::getenv("OTHER_OPTIONS")) {
    taskleak::Options options{taskleak::IgnoreThreadName("other")};
    options.Apply(other);
    SetAndSayIfRefused(options);
  }
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void SetOptionsInTheFormerWay() {
  taskleak::gtest::AddListener({taskleak::IgnoreThreadName("flush*")});
}
#pragma GCC diagnostic pop

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (const char* const library = std::getenv("LOAD")) {
    if (dlopen(library, RTLD_NOW) == nullptr) std::puts(dlerror());
  }
  if (std::getenv("FORMER_WAY") != nullptr)
    SetOptionsInTheFormerWay();
  else if (std::getenv("LATE") == nullptr)
    SetOptionsInTime();
  for (int i = 0; i < 2; ++i) taskleak::gtest::AddListener();
  return RUN_ALL_TESTS();
}
