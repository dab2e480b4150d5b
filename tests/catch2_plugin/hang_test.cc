// A test case that never returns is reported, and the process ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Catch2Hang = Catch2Test;
TASKLEAK_CATCH2_VERSIONS(Catch2Hang);

TEST_P(Catch2Hang, IsReportedWithTheStacksOfAllThreadsAndItsPlace) {
  const std::string json = directory_.File("leaks.json");
  const Outcome outcome = Run("hanging_tests", {"[hangs]"}, "hang_timeout=1s,json=" + json);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("hangs"), HasSubstr("\"bystander\""),
                    HasSubstr("hanging_tests.cc:10"), HasSubstr("waiting for a future")));
  const auto told = nlohmann::json::parse(ReadFile(json)).at("tests");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(0).at("verdict"), "hang");
  EXPECT_EQ(told.at(0).at("test"), "hangs");
}

TEST_P(Catch2Hang, InAListenerBetweenTestCasesIsReported) {
  const std::string json = directory_.File("leaks.json");
  const Outcome outcome = Run("hanging_tests", {"[returns]"}, "hang_timeout=1s,json=" + json,
                              {{"HANG_IN_LISTENER", "1"}});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("did not return within 1.0 s"),
                                 HasSubstr("HangingListener::testCaseEnded")));
  const auto told = nlohmann::json::parse(ReadFile(json)).at("tests");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(0).at("verdict"), "hang");
  EXPECT_THAT(told.at(0).at("phase"),
              testing::AnyOf("the code after the test case", "the tear-down of the test case"));
}

TEST_P(Catch2Hang, ATestCaseThatReturnsInTimeIsLeftAlone) {
  EXPECT_EQ(Run("leaky_tests", {"[clean],[after]"}, "hang_timeout=60s").exit_code, 0);
}

}  // namespace
}  // namespace taskleak
