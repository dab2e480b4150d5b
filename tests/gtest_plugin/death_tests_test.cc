// Death tests: no extra thread, and the children die as they should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeathTests : public testing::TestWithParam<const char*> {
 protected:
  Outcome RunTests(const std::string& filter, const std::string& options = "drain=20ms") {
    return RunProgram(
        DEATH_TESTS,
        {"--gtest_filter=" + filter, std::string("--gtest_death_test_style=") + GetParam()},
        // LeakSanitizer reports memory that only other threads of the parent hold at a fork.
        {{"TASKLEAK_OPTIONS", options}, {"ASAN_OPTIONS", "detect_leaks=0"}});
  }
};

TEST_P(DeathTests, PassUnderTheListener) {
  const Outcome outcome = RunTests("*-*.LeavesAThreadAfterwards");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("[  PASSED  ] 4 tests."));
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("threads")));  // GoogleTest's warning
}

TEST_P(DeathTests, PassUnderTheHangTimeout) {
  // The filter leaves out tests with a child that starts threads: ThreadSanitizer forbids that
  // after a fork if the parent has other threads.
  const Outcome outcome = RunTests("*.Dies:*.Exits", "drain=20ms:hang_timeout=50s");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

TEST_P(DeathTests, DoNotHideALeakOfTheParent) {
  const Outcome outcome = RunTests("*.LeavesAThreadAfterwards");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("\"in-the-parent\""));
}

INSTANTIATE_TEST_SUITE_P(Styles, DeathTests, testing::Values("fast", "threadsafe"),
                         [](const auto& style) { return style.param; });

}  // namespace
}  // namespace taskleak
