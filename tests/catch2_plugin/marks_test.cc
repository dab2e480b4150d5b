// Tags, marked scopes and statements, allowed leaks, and test cases that are expected to fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

using Catch2Marks = Catch2Test;
TASKLEAK_CATCH2_VERSIONS(Catch2Marks);

const char* const kMarked = "check=marked";

TEST_P(Catch2Marks, WithoutAMarkNothingIsCheckedThen) {
  EXPECT_EQ(Run("leaky_tests", {"[leaks],[sections],[benchmarks]"}, kMarked).exit_code, 0);
}

TEST_P(Catch2Marks, ATagMarksATestCase) {
  EXPECT_THAT(FailuresOf({"[tagged]"}, kMarked),
              ElementsAre(Pair("tagged to be verified", ElementsAre(HasSubstr("\"tagged\"")))));
}

TEST_P(Catch2Marks, AScopeIsCheckedAtItsEnd) {
  for (const char* options : {kMarked, "check=all"}) {
    EXPECT_THAT(FailuresOf({"[scope]"}, options),
                ElementsAre(Pair("a marked scope", ElementsAre(HasSubstr("\"scope\"")))));
  }
}

TEST_P(Catch2Marks, AFixtureIsCheckedByItsBase) {
  EXPECT_THAT(
      FailuresOf({"[fixture]"}, kMarked),
      ElementsAre(Pair("a marked fixture", ElementsAre(AllOf(HasSubstr("\"in-fixture\""),
                                                             Not(HasSubstr("\"fixture\"")))))));
}

TEST_P(Catch2Marks, AFixtureIsCheckedByItsBaseInSectionsToo) {
  for (const char* options : {kMarked, "check=all"}) {
    EXPECT_THAT(FailuresOf({"[marked-section]"}, options),
                ElementsAre(Pair("a marked fixture with a section",
                                 ElementsAre(HasSubstr("\"in-section\"")))));
  }
}

TEST_P(Catch2Marks, ARuleThatThrowsFailsItsTestAndHidesNoOther) {
  EXPECT_THAT(FailuresOf({"[throwing-rule],[leaks]"}),
              ElementsAre(Pair("a rule that throws", ElementsAre(HasSubstr("thrown by a rule"),
                                                                 HasSubstr("\"throwing-rule\""))),
                          Pair("leaks", ElementsAre(HasSubstr("\"leaks\"")))));
}

TEST_P(Catch2Marks, ATestThatCannotBeCheckedToItsEndFailsTheProcess) {
  const Outcome outcome = Run("leaky_tests", {"[leaks]"}, "", {{"TASKLEAK_TEST_RULE_THROWS", "1"}});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err,
              HasSubstr("taskleak: leaks was not checked: an exception of an unknown type"));
}

TEST_P(Catch2Marks, AScopeMayHaveOptionsOfItsOwn) {
  EXPECT_EQ(Run("leaky_tests", {"[options]"}, kMarked).exit_code, 0);
}

TEST_P(Catch2Marks, AStatementIsAnAssertion) {
  const auto failures = FailuresOf({"[statements]"}, kMarked);
  EXPECT_THAT(failures, ElementsAre(Pair("statements", ElementsAre(HasSubstr("\"check\""),
                                                                   HasSubstr("\"require\"")))));
  const Outcome outcome = Run("leaky_tests", {"[statements]"}, kMarked);
  EXPECT_THAT(outcome.out, HasSubstr("REQUIRE_NO_LEAKS( LeaveThread(\"require\") )"));
  EXPECT_THAT(outcome.out, HasSubstr("while checking statements"));
  EXPECT_THAT(outcome.out, HasSubstr("2 failed"));
}

TEST_P(Catch2Marks, WhatIsAllowedByTagOrCodeIsNoLeak) {
  const Outcome outcome = Run("leaky_tests", {"[allowed],[code],[after]"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_P(Catch2Marks, ALeakDoesNotCountForATestCaseThatMayOrShouldFailButIsTold) {
  const std::string json = directory_.File("leaks.json");
  const Outcome may = Run("leaky_tests", {"[mayfail]"}, "json=" + json);
  EXPECT_EQ(may.exit_code, 0) << may.out;
  EXPECT_THAT(may.err, AllOf(HasSubstr("leaky_tests.cc:"), HasSubstr("\"may fail\""),
                             HasSubstr("\"mayfail\"")));
  const auto told = nlohmann::json::parse(ReadFile(json)).at("tests");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(0).at("test"), "may fail");

  for (const char* test : {"[shouldfail]", "[verifyfail]"}) {
    const Outcome should = Run("leaky_tests", {test});
    EXPECT_NE(should.exit_code, 0) << should.out;
    EXPECT_THAT(should.err, HasSubstr("1 leak"));
  }
}

TEST_P(Catch2Marks, ANamedAssertionCountsForATestCaseThatShouldFail) {
  EXPECT_EQ(Run("leaky_tests", {"[assertfail]"}, kMarked).exit_code, 0);
}

TEST_P(Catch2Marks, OptionsFromCodeHold) {
  EXPECT_EQ(Run("own_main", {"[leaks]"}).exit_code, 0) << "it ignores the threads named leaks";
  EXPECT_NE(Run("own_main", {"[silent]"}).exit_code, 0);
}

TEST_P(Catch2Marks, TwoSetsOfOptionsEndTheProgramAndAreBothNamed) {
  const Outcome outcome = Run("own_main", {"[clean]"}, "", {{"OTHER_OPTIONS", "other"}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("{thread_name:leaks} and {thread_name:other}"));
}

}  // namespace
}  // namespace taskleak
