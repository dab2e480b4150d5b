// The scopes of checks: test cases, their passes, the whole run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Catch2Passes = Catch2Test;
TASKLEAK_CATCH2_VERSIONS(Catch2Passes);

auto LeakAfter(const std::string& scope, const std::string& thread) {
  return AllOf(HasSubstr(" after " + scope + "\n"), HasSubstr('"' + thread + '"'));
}

TEST_P(Catch2Passes, ATestCaseThatLeavesAThreadFailsAndTheNextIsNotBlamed) {
  EXPECT_THAT(FailuresOf({"[clean],[leaks],[after]"}),
              ElementsAre(Pair("after", IsEmpty()), Pair("clean", IsEmpty()),
                          Pair("leaks", ElementsAre(LeakAfter("leaks", "leaks")))));
}

TEST_P(Catch2Passes, TheExitCodeTellsALeak) {
  EXPECT_NE(Run("leaky_tests", {"[silent]"}).exit_code, 0);
  EXPECT_EQ(Run("leaky_tests", {"[clean],[after]"}).exit_code, 0);
}

TEST_P(Catch2Passes, TheFailureStandsAtTheTestCasesLineWithTheStack) {
  const Outcome outcome = Run("leaky_tests", {"[leaks]"});
  EXPECT_THAT(outcome.out, HasSubstr("leaky_tests.cc:"));
  EXPECT_THAT(outcome.out, HasSubstr("Worker::Run"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_P(Catch2Passes, ATestCaseThatFailsByItselfIsCheckedTooAndItsOwnFailureStandsFirst) {
  EXPECT_THAT(
      FailuresOf({"[throws]"}),
      ElementsAre(Pair("throws and leaks", ElementsAre(HasSubstr("thrown by the test"),
                                                       LeakAfter("throws and leaks", "throws")))));
  const Outcome outcome = Run("leaky_tests", {"[fails]"});
  EXPECT_LT(outcome.out.find("1 + 1 == 3"), outcome.out.find("\"fails\"")) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("\"fails\""));
}

TEST_P(Catch2Passes, ALeakOfASectionIsReportedForItsPassWithItsPath) {
  EXPECT_THAT(
      FailuresOf({"[sections]"}),
      ElementsAre(Pair("sections", ElementsAre(LeakAfter("sections / outer / first", "first"),
                                               LeakAfter("sections / last", "last")))));
}

TEST_P(Catch2Passes, TheSectionsOfAScenarioAreNamedWithoutTheirIndentation) {
  EXPECT_THAT(FailuresOf({"[scenario]"}),
              ElementsAre(Pair(
                  "Scenario: a service serves",
                  ElementsAre(LeakAfter("Scenario: a service serves / Given: a running service / "
                                        "When: a second one is launched",
                                        "second")))));
}

TEST_P(Catch2Passes, ASectionLeftByAnExceptionIsNamedAllTheSame) {
  EXPECT_THAT(
      FailuresOf({"[escape]"}),
      ElementsAre(Pair("thrown out of a section",
                       ElementsAre(HasSubstr("thrown by the section"),
                                   LeakAfter("thrown out of a section / escape", "escape")))));
}

TEST_P(Catch2Passes, WhatASectionMakesMayLiveUntilTheBodysEnd) {
  EXPECT_EQ(Run("leaky_tests", {"[filled]"}).exit_code, 0);
}

TEST_P(Catch2Passes, ALeakOfOneGeneratedValueIsReportedForItsPass) {
  EXPECT_THAT(
      FailuresOf({"[generates]"}),
      ElementsAre(Pair("generates", ElementsAre(LeakAfter("generates (pass 2)", "generated")))));
}

TEST_P(Catch2Passes, WhatTheBodyMadeBeforeItsSectionsMayLiveUntilTheLastPass) {
  if (IsV2()) GTEST_SKIP() << "Catch2 2 does not report which pass is the last";
  EXPECT_EQ(Run("leaky_tests", {"[static]"}).exit_code, 0);
}

TEST_P(Catch2Passes, WhatTheBodyMadeBeforeItsSectionsIsReportedOnceForTheTestCase) {
  const std::string kept = "a static worker that is not stopped";
  EXPECT_THAT(FailuresOf({"[kept]"}),
              ElementsAre(Pair(kept, ElementsAre(LeakAfter(kept, "kept")))));
}

TEST_P(Catch2Passes, WhatTheBodyOfEachPassLeaksIsReported) {
  const std::string bodies = "the body of each pass leaks";
  const auto failures = FailuresOf({"[bodies]"});
  if (IsV2()) {
    EXPECT_THAT(failures, ElementsAre(Pair(bodies, ElementsAre(LeakAfter(bodies, "bodies"),
                                                               LeakAfter(bodies, "bodies")))));
  } else {
    EXPECT_THAT(failures,
                ElementsAre(Pair(bodies, ElementsAre(AllOf(HasSubstr("2 threads"),
                                                           LeakAfter(bodies, "bodies"))))));
  }
}

TEST_P(Catch2Passes, WhatAListenerKeepsForTheRunIsNoLeak) {
  EXPECT_THAT(Run("leaky_tests", {"[clean]"}).err, IsEmpty());
}

TEST_P(Catch2Passes, WhatIsLeftBetweenTestCasesIsReportedAtTheEndAndNoTestCaseBlamed) {
  const std::map<std::string, std::string> leaks = {{"LISTENER_LEAKS", "1"}};
  for (const std::string program : {"leaky_tests", "own_main"}) {  // with Catch2's main, and ours
    SCOPED_TRACE(program);
    const Outcome outcome = Run(program, {"[clean],[after]"}, "", leaks);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("found when no test was left to fail"),
                                   LeakAfter("the whole run", "by-listener")));
    EXPECT_EQ(Run(program, {"[clean],[after]"}, "on_leak=warn", leaks).exit_code, 0);
    EXPECT_EQ(Run(program, {"[clean],[after]"}).exit_code, 0);
  }
}

TEST_P(Catch2Passes, AFatalSignalIsLeftToCatch2) {
  const Outcome outcome =
      Run("leaky_tests", {"dies"}, "",
          {{"ASAN_OPTIONS", "handle_segv=0"}, {"TSAN_OPTIONS", "handle_segv=0"}});  // nor to that
  EXPECT_NE(outcome.signal, 0) << outcome.exit_code;
  EXPECT_THAT(outcome.out, HasSubstr("SIGSEGV"));
  EXPECT_THAT(outcome.out + outcome.err, testing::Not(HasSubstr("still alive")));
}

}  // namespace
}  // namespace taskleak
