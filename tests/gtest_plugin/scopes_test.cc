// The scopes of checks (tests, suites, the run), and which of them fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// Runs the tests that `filter` selects, with a short drain since their leaks stay for ever.
Outcome RunTests(const std::string& filter, std::map<std::string, std::string> environment = {}) {
  environment.try_emplace("TASKLEAK_OPTIONS", "drain=20ms");
  return RunProgram(LEAKY_TESTS, {"--gtest_filter=" + filter}, environment);
}

/// Returns the lines in which GoogleTest's summary lists failed tests.
std::vector<std::string> FailedTests(const Outcome& outcome) {
  std::vector<std::string> names;
  const std::string mark = "[  FAILED  ] ";
  std::size_t at = outcome.out.find("listed below:");
  while (at != std::string::npos && (at = outcome.out.find(mark, at)) != std::string::npos) {
    at += mark.size();
    names.push_back(outcome.out.substr(at, outcome.out.find_first_of(",\n", at) - at));
  }
  return names;
}

TEST(GtestScopes, ATestThatLeavesAThreadFails) {
  const Outcome outcome = RunTests("Leaky.LeavesAThread");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(FailedTests(outcome), ElementsAre("Leaky.LeavesAThread"));
  EXPECT_THAT(outcome.out, HasSubstr("\"left\""));
  EXPECT_THAT(outcome.out, HasSubstr("Worker::Run"));
  EXPECT_THAT(outcome.out, HasSubstr("leaky_tests.cc:"));
}

TEST(GtestScopes, CleanTestsPass) {
  const Outcome outcome = RunTests("Clean.*:StopsIn*:CleanSuite.*", {{"TASKLEAK_OPTIONS", ""}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("[  PASSED  ] 6 tests."));
}

TEST(GtestScopes, ALeakIsReportedOnceAndTheNextTestNotBlamed) {
  const Outcome outcome = RunTests("Leaky.LeavesAThread:Excused.*:StopsIn*:CleanSuite.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(FailedTests(outcome), ElementsAre("Leaky.LeavesAThread"));
}

TEST(GtestScopes, ATestThatFailsByItselfIsCheckedToo) {
  const Outcome outcome = RunTests("Leaky.FailsAndLeavesAThread");
  const auto own = outcome.out.find("its own failure");
  const auto leak = outcome.out.find("\"left\"");
  ASSERT_NE(own, std::string::npos);
  ASSERT_NE(leak, std::string::npos) << outcome.out;
  EXPECT_LT(own, leak);
}

TEST(GtestScopes, ATestThatThrowsIsCheckedToo) {
  const Outcome outcome = RunTests("Leaky.ThrowsAndLeavesAThread");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("its own exception"));
  EXPECT_THAT(outcome.out, HasSubstr("\"left\""));
}

TEST(GtestScopes, ASkippedTestIsCheckedToo) {
  const Outcome outcome = RunTests("Leaky.SkipsAndLeavesAThread");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(FailedTests(outcome), ElementsAre("Leaky.SkipsAndLeavesAThread"));
}

TEST(GtestScopes, WhatAFixturesConstructorStartsBelongsToTheTest) {
  EXPECT_THAT(FailedTests(RunTests("LeakyConstructor.*")), ElementsAre("LeakyConstructor.Test"));
}

TEST(GtestScopes, ParameterizedAndTypedTestsAreBlamedByTheirFullNames) {
  EXPECT_THAT(FailedTests(RunTests("Few/*:Typed/*")),
              UnorderedElementsAre("Few/Numbers.LeaveAThreadAtTwo/1", "Typed/1.CharLeavesAThread"));
}

TEST(GtestScopes, AllowedAndAdoptedThreadsAreNoLeaks) {
  EXPECT_EQ(RunTests("Excused.*").exit_code, 0);
}

TEST(GtestScopes, AFailureRaisedByAnotherThreadStays) {
  const Outcome outcome = RunTests("Foreign.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("from another thread"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("still alive")));
}

TEST(GtestScopes, ASuiteThatLeavesAThreadFailsAndItsTestsDoNot) {
  const Outcome outcome = RunTests("LeakySuite.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("[  PASSED  ] 2 tests."));
  EXPECT_THAT(outcome.out, HasSubstr("\"suite-left\""));
  EXPECT_THAT(outcome.out, HasSubstr("after LeakySuite"));
}

TEST(GtestScopes, AnEnvironmentMayKeepAThreadUntilItsTearDown) {
  const Outcome outcome = RunTests("Clean.*", {{"ENVIRONMENT", "clean"}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST(GtestScopes, ARunThatLeavesAThreadFails) {
  const Outcome outcome = RunTests("Clean.*", {{"ENVIRONMENT", "leaky"}});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("[  PASSED  ] 2 tests."));
  EXPECT_THAT(outcome.out, HasSubstr("\"environment\""));
}

TEST(GtestScopes, WhatAProgramsOwnListenerStopsAtTheEndOfATestIsNoLeak) {
  const Outcome outcome = RunTests("Clean.*", {{"TRACER", "1"}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST(GtestScopes, ALeakThatIsOnlyWarnedAboutIsPrintedAndPasses) {
  const Outcome outcome =
      RunTests("Leaky.LeavesAThread", {{"TASKLEAK_OPTIONS", "drain=20ms:on_leak=warn"}});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("\"left\""));
}

TEST(GtestScopes, NothingIsCheckedWhenSwitchedOff) {
  const Outcome outcome =
      RunTests("Leaky.LeavesAThread:LeakySuite.*", {{"TASKLEAK_OPTIONS", "on_leak=off"}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(GtestScopes, BadOptionsEndTheProgramBeforeAnyTest) {
  const Outcome outcome = RunTests("Clean.*", {{"TASKLEAK_OPTIONS", "drian=1s"}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, testing::StartsWith("taskleak: "));
  EXPECT_THAT(outcome.err, HasSubstr("drian"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

}  // namespace
}  // namespace taskleak
