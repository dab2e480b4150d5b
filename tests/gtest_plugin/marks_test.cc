// VerifyNoLeaks, EXPECT_NO_LEAKS and ASSERT_NO_LEAKS, with check=marked and without a listener.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "gtest_plugin/failures.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Marks have the same effect with a listener that checks nothing else and without a listener.
class Marks : public testing::TestWithParam<bool> {
 protected:
  static const char* Program() { return GetParam() ? MARKED_TESTS : MARKED_TESTS_ALONE; }

  /// Runs one test; returns its failures.
  std::vector<std::string> RunTest(const std::string& test) {
    const std::string path = directory_.File("report.json");
    outcome_ = RunProgram(Program(), {"--gtest_filter=" + test, "--gtest_output=json:" + path},
                          {{"TASKLEAK_OPTIONS", "check=marked:drain=20ms"}});
    return FailuresInJson(path).at(test);
  }

  TemporaryDirectory directory_;
  Outcome outcome_;
};

TEST_P(Marks, WithoutOneNothingIsChecked) {
  EXPECT_THAT(RunTest("Unmarked.LeavesAThread"), IsEmpty());
  EXPECT_EQ(outcome_.exit_code, 0);
}

TEST_P(Marks, CleanScopesPass) {
  for (const char* const test :
       {"Local.Clean", "Member.Clean", "Base.Clean", "Expect.Clean",
        "Expect.IgnoresWhatWasAliveBefore", "Expect.StatementOfSeveralParts"}) {
    EXPECT_THAT(RunTest(test), IsEmpty()) << test;
  }
}

TEST_P(Marks, ALocalFailsItsTest) {
  EXPECT_THAT(RunTest("Local.LeavesAThread"),
              ElementsAre(AllOf(HasSubstr("marked_tests.cc:"), HasSubstr("\"local\""))));
  EXPECT_EQ(outcome_.exit_code, 1);
}

TEST_P(Marks, ALocalsFailureIsNotFatal) {
  EXPECT_THAT(RunTest("Local.GoesOnAfterTheFailure"),
              ElementsAre(HasSubstr("\"local\""), HasSubstr("reached")));
}

TEST_P(Marks, ALocalTakesOptions) {
  EXPECT_THAT(RunTest("Local.IgnoresWhatItsOptionsSay"), IsEmpty());
  EXPECT_THAT(RunTest("Local.BadOptions"),
              ElementsAre(AllOf(HasSubstr("taskleak: "), HasSubstr("no such file"))));
}

TEST_P(Marks, AMemberOfAFixtureFailsItsTest) {
  EXPECT_THAT(RunTest("Member.LeavesAThread"), ElementsAre(HasSubstr("\"left\"")));
}

TEST_P(Marks, ABaseOfAFixtureFailsItsTest) {
  EXPECT_THAT(RunTest("Base.LeavesAThread"), ElementsAre(HasSubstr("\"left\"")));
}

TEST_P(Marks, AnExpectationFailsAtItsLineAndGoesOn) {
  const auto failures = RunTest("Expect.LeavesAThread");
  ASSERT_THAT(failures,
              ElementsAre(AllOf(HasSubstr("Expected: LeaveThread(\"expect\") leaves nothing alive"),
                                HasSubstr("thread \"expect\"")),
                          HasSubstr("reached")));
  const std::regex at_its_line(R"(marked_tests\.cc:(\d+)\n[^]*streamed at \1\n*$)");
  EXPECT_TRUE(std::regex_search(failures[0], at_its_line)) << failures[0];
}

TEST_P(Marks, AnAssertionFailsAndReturns) {
  EXPECT_THAT(RunTest("Assert.LeavesAThread"), ElementsAre(HasSubstr("\"assert\"")));
}

TEST_P(Marks, ADestructorDoesNotThrowUnderThrowOnFailure) {
  const Outcome outcome =
      RunProgram(Program(), {"--gtest_filter=Local.LeavesAThread", "--gtest_throw_on_failure"},
                 {{"TASKLEAK_OPTIONS", "check=marked:drain=20ms"}});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(Listener, Marks, testing::Bool(), [](const auto& listening) {
  return listening.param ? "Listening" : "Absent";
});

TEST(MarksUnderAListener, AreReportedOnce) {
  const Outcome outcome =
      RunProgram(MARKED_TESTS, {"--gtest_filter=Local.LeavesAThread:Expect.LeavesAThread"},
                 {{"TASKLEAK_OPTIONS", "drain=20ms"}});
  for (const char* const thread : {"\"local\"", "thread \"expect\""}) {
    const auto first = outcome.out.find(thread);
    ASSERT_NE(first, std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.out.find(thread, first + 1), std::string::npos) << outcome.out;
  }
}

}  // namespace
}  // namespace taskleak
