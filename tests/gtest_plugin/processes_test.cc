// Child processes that tests leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Outcome RunTests(const std::string& filter, const std::string& options = "drain=20ms") {
  return RunProgram(PROCESSES, {"--gtest_filter=" + filter}, {{"TASKLEAK_OPTIONS", options}});
}

TEST(GtestProcesses, ATestThatLeavesAProcessFailsAndTheNextIsNotBlamed) {
  const Outcome outcome = RunTests("Leaky.LeavesAProcess:Clean.*");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("1 leak, 1 process still alive"),
                    HasSubstr("created in Leaky.LeavesAProcess by\n"), HasSubstr("StartChild"),
                    HasSubstr("processes.cc:"), HasSubstr("1 FAILED TEST")));
}

TEST(GtestProcesses, ATestThatDoesNotWaitForAnEndedProcessFails) {
  const Outcome outcome = RunTests("Leaky.LeavesAnEndedProcess:Clean.*");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("ended, but not waited for: exit code 3"),
                                 HasSubstr("1 FAILED TEST")));
}

TEST(GtestProcesses, ThoseOfTheSuiteAndOfMainAndOfDeathTestsAreNoLeaks) {
  for (const std::string filter : {"Clean*", "Suite.*", "Clean*:Suite.*"}) {
    const Outcome outcome = RunTests(filter, "");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  }
}

TEST(GtestProcesses, ASuiteThatLeavesAProcessFails) {
  const Outcome outcome = RunTests("LeakySuite.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("[  PASSED  ] 1 test."),
                                 HasSubstr(" after LeakySuite (the whole suite)\n"),
                                 HasSubstr("1 process still alive")));
}

TEST(GtestProcesses, AreNotLookedForIfSwitchedOff) {
  EXPECT_EQ(RunTests("Leaky.*:LeakySuite.*", "drain=20ms:processes=0").exit_code, 0);
}

TEST(GtestProcesses, ARuleIgnoresThem) {
  EXPECT_EQ(RunTests("Leaky.LeavesAProcess", "drain=20ms:suppressions=/dev/null").exit_code, 1);
  const TemporaryDirectory directory;
  const std::string file = directory.File("rules");
  std::ofstream(file) << "process:*processes *\n";
  EXPECT_EQ(RunTests("Leaky.LeavesAProcess", "drain=20ms:suppressions=" + file).exit_code, 0);
}

}  // namespace
}  // namespace taskleak
