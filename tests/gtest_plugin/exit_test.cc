// Tests that end the process before they were checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Outcome RunTests(const std::string& filter, const std::string& options = "",
                 const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--gtest_filter=" + filter};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunProgram(EXITING_TESTS, arguments, {{"TASKLEAK_OPTIONS", options}});
}

class GtestExit : public testing::TestWithParam<const char*> {};

TEST_P(GtestExit, OfATestIsAFailureThatNamesIt) {
  const std::string test = std::string("Ends.") + GetParam();
  const Outcome outcome = RunTests(test);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("taskleak: " + test + " ended the process with "),
                                 HasSubstr("before it was checked")));
}

TEST_P(GtestExit, IsOnlySaidIfLeaksAreOnlyWarnedAbout) {
  const std::string test = std::string("Ends.") + GetParam();
  const Outcome outcome = RunTests(test, "on_leak=warn");
  EXPECT_EQ(outcome.exit_code, test == "Ends.ByExitWithACode" ? 3 : 0) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("taskleak: " + test + " ended the process"));
}

TEST_P(GtestExit, IsTheProgramsAffairIfNothingIsChecked) {
  const std::string test = std::string("Ends.") + GetParam();
  const Outcome outcome = RunTests(test, "on_leak=off");
  EXPECT_EQ(outcome.exit_code, test == "Ends.ByExitWithACode" ? 3 : 0) << outcome.out;
  EXPECT_THAT(outcome.err, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Calls, GtestExit,
                         testing::Values("ByExit", "ByExitWithACode", "ByQuickExit",
                                         "ByUnderscoreExit", "ByC99Exit", "ByExitOfAnotherThread"),
                         [](const auto& call) { return std::string(call.param); });

TEST(GtestExitOfATest, RunsTheProgramsOwnHandlers) {
  EXPECT_THAT(RunTests("Ends.ByExit").out, HasSubstr("the program's own handler"));
}

TEST(GtestExitOfATest, InTheSetUpOfASuiteIsTheSuites) {
  const Outcome outcome = RunTests("EndsInSetUp.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("taskleak: EndsInSetUp (the whole suite) ended the process"));
}

TEST(GtestExitOfATest, IsInTheJsonReport) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("leaks.json");
  RunTests("Ends.ByExit", "json=" + path);
  EXPECT_THAT(ReadFile(path), AllOf(HasSubstr("\"could_not_look\""), HasSubstr("Ends.ByExit"),
                                    HasSubstr("exit() ended the process before the check")));
}

TEST(GtestExitOfATest, OfChildrenAndAfterTheRunIsAsBefore) {
  for (const char* style : {"fast", "threadsafe"}) {
    const Outcome outcome =
        RunTests("Passes*", "", {std::string("--gtest_death_test_style=") + style});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr("[  PASSED  ] 3 tests."));
    EXPECT_THAT(outcome.err, Not(HasSubstr("ended the process")));
  }
}

TEST(GtestExitOfATest, ThatListsTestsOrHelpsIsAsBefore) {
  for (const char* flag : {"--gtest_list_tests", "--help"}) {
    const Outcome outcome = RunTests("*", "", {flag});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, IsEmpty());
  }
}

}  // namespace
}  // namespace taskleak
