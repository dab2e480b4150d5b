// Tests that never return are reported, and the process ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak {
namespace {

using testing::HasSubstr;

class Hang : public testing::Test {
 protected:
  Outcome RunTest(const std::string& test, const char* program = HANGING_TESTS,
                  const std::string& environment = "", const std::string& timeout = "1s") {
    return RunProgram(program, {"--gtest_filter=" + test},
                      {{"TASKLEAK_OPTIONS", "hang_timeout=" + timeout + ":json=" + json_},
                       {"LOAD", HANGING_LIBRARY},
                       {"HANG_IN_ENVIRONMENT", environment}});
  }

  // Runs the test with a limit so long that only a proof that the test never returns ends it in
  // time.
  Outcome RunWithMuchTime(const std::string& test) {
    return RunTest(test, HANGING_TESTS, "", "30min");
  }

  /// Returns the part of the JSON report about the only test that hung.
  nlohmann::json Reported() const {
    const auto tests = nlohmann::json::parse(ReadFile(json_)).at("tests");
    EXPECT_EQ(tests.size(), 1U);
    return tests.at(0);
  }

  TemporaryDirectory directory_;
  const std::string json_ = directory_.File("leaks.json");
};

TEST_F(Hang, IsAFailureOfTheTestWithTheStacksOfAllThreads) {
  const Outcome outcome = RunTest("Hanging.WaitsForACondition");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("hanging_tests.cc:"));
  EXPECT_THAT(outcome.out, HasSubstr("Hanging_WaitsForACondition_Test::TestBody"));
  EXPECT_THAT(outcome.out, HasSubstr("\"bystander\""));
  EXPECT_EQ(Reported().at("verdict"), "hang");
  EXPECT_EQ(Reported().at("test"), "Hanging.WaitsForACondition");
}

TEST_F(Hang, OnAMutexSaysSo) {
  const Outcome outcome = RunTest("Hanging.WaitsForAMutex");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Hanging_WaitsForAMutex_Test::TestBody"));
  EXPECT_THAT(outcome.out, HasSubstr("waiting for a mutex: 0x"));
  EXPECT_THAT(outcome.out, HasSubstr(", held by thread "));
  EXPECT_EQ(Reported().at("verdict"), "hang");
}

// The test's own thread is in the circle.
TEST_F(Hang, InADeadlockNamesItEdgeByEdge) {
  for (const char* const test :
       {"Hanging.DeadlocksWithAnotherThread", "Hanging.JoinsAThreadThatNeedsItsLock"}) {
    const Outcome outcome = RunTest(test);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("DEADLOCK: 2 threads wait for each other"));
    const nlohmann::json deadlocks = Reported().at("deadlocks");
    ASSERT_EQ(deadlocks.size(), 1U);
    const nlohmann::json& edges = deadlocks[0].at("edges");
    ASSERT_EQ(edges.size(), 2U);
    EXPECT_EQ(edges[0].at("holder"), edges[1].at("waiter"));
    EXPECT_EQ(edges[1].at("holder"), edges[0].at("waiter"));
  }
}

TEST_F(Hang, ShowsTheTestsThreadFirstAndABystanderLast) {
  static_cast<void>(RunTest("Hanging.WaitsForAMutex"));
  const nlohmann::json groups = Reported().at("groups");
  EXPECT_EQ(groups.front().at("state"), "mutex");
  EXPECT_EQ(groups.back().at("units")[0].at("name"), "bystander");
}

TEST_F(Hang, IsPrintedOnce) {
  const Outcome outcome = RunTest("Hanging.WaitsForAMutex");
  const std::string all = outcome.out + outcome.err;
  const std::string_view title = "Hanging.WaitsForAMutex did not return within";
  ASSERT_THAT(all, HasSubstr(std::string(title)));
  EXPECT_EQ(all.find(title), all.rfind(title)) << all;
}

TEST_F(Hang, IsFoundLongBeforeTheTimeoutWhereAllThreadsAreAsleep) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const Outcome outcome = RunWithMuchTime("Hanging.WaitsForACondition");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(
      outcome.out,
      HasSubstr("Hanging.WaitsForACondition never returns: all threads are asleep; alive:"));
  EXPECT_EQ(Reported().at("verdict"), "hang");
  EXPECT_EQ(Reported().at("standstill"), "all_asleep");
}

TEST_F(Hang, IsFoundLongBeforeTheTimeoutInADeadlock) {
  for (const char* const test :
       {"Hanging.DeadlocksWithAnotherThread", "Hanging.JoinsAThreadOfACircleWhileAnotherRuns"}) {
    const Outcome outcome = RunWithMuchTime(test);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("never returns: its thread is in a deadlock"));
    EXPECT_THAT(outcome.out, HasSubstr("DEADLOCK: 2 threads wait for each other"));
    EXPECT_EQ(Reported().at("standstill"), "deadlock");
  }
}

TEST_F(Hang, IsNotSeenInATestThatIsWokenInTheEnd) {
  const Outcome outcome = RunWithMuchTime("Slow.*");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

TEST_F(Hang, InASuitesSetUpNamesTheSuite) {
  const Outcome outcome = RunTest("HangsInSuiteSetUp.*");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("HangsInSuiteSetUp: SetUpTestSuite did not return within 1.0 s"));
  EXPECT_THAT(outcome.out, HasSubstr("hanging_tests.cc:")) << "the place of the suite's first test";
  EXPECT_THAT(outcome.out, HasSubstr("HangsInSuiteSetUp::SetUpTestSuite("));
  EXPECT_EQ(Reported().at("verdict"), "hang");
  EXPECT_EQ(Reported().at("test"), "HangsInSuiteSetUp");
  EXPECT_EQ(Reported().at("phase"), "SetUpTestSuite");
}

TEST_F(Hang, InASuitesTearDownNamesTheSuite) {
  const Outcome outcome = RunTest("HangsInSuiteTearDown.*");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("HangsInSuiteTearDown::TearDownTestSuite("));
  EXPECT_EQ(Reported().at("test"), "HangsInSuiteTearDown");
  EXPECT_EQ(Reported().at("phase"), "TearDownTestSuite");
}

TEST_F(Hang, InAListenerAtTheEndOfATestIsTheTests) {
  const Outcome outcome = RunTest("Hanging.InAListenerAtItsEnd");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_EQ(Reported().at("test"), "Hanging.InAListenerAtItsEnd");
  EXPECT_EQ(Reported().at("phase"), "");
}

TEST_F(Hang, InAnEnvironmentSaysInWhichPart) {
  for (const char* const part : {"SetUp", "TearDown"}) {
    const Outcome outcome = RunTest("Environment.IsThere", HANGING_TESTS, part);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(std::string("HangingEnvironment::") + part + "("));
    EXPECT_EQ(Reported().at("test"), "the whole run");
    EXPECT_EQ(Reported().at("phase"), std::string("the environments' ") + part);
  }
}

TEST_F(Hang, WithTheLoadersLockHeldIsReported) {
  const Outcome outcome = RunTest("Hanging.LoadsALibraryWhoseConstructorHangs");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("Hanging.LoadsALibraryWhoseConstructorHangs"));
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("hanging_library"));
}

TEST_F(Hang, WithTheLockOfTheListOfLibrariesHeldIsReported) {
  const Outcome outcome = RunTest("Hanging.HoldsTheLockOfTheListOfLibraries");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("1 thread"));
}

TEST_F(Hang, WithGoogleTestsLockHeldIsReportedByTaskleakItself) {
  const Outcome outcome = RunTest("Hanging.HoldsGoogleTestsOwnLock");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("printed before the hang"));
  EXPECT_THAT(outcome.err, HasSubstr("Hanging.HoldsGoogleTestsOwnLock"));
}

#ifdef HANGING_MALLOC
TEST_F(Hang, WithTheAllocatorsLockHeldIsReportedInTheLastResort) {
  const Outcome outcome = RunTest("Hanging.HoldsTheLockOfTheAllocator", HANGING_MALLOC);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("Hanging.HoldsTheLockOfTheAllocator"));
  EXPECT_THAT(outcome.err, HasSubstr("hanging_malloc+0x"));
  const nlohmann::json test = Reported();
  EXPECT_EQ(test.at("verdict"), "hang");
  EXPECT_EQ(test.at("test"), "Hanging.HoldsTheLockOfTheAllocator");
  const nlohmann::json& frames = test.at("groups").at(0).at("stack");
  EXPECT_TRUE(std::any_of(frames.begin(), frames.end(), [](const nlohmann::json& frame) {
    return frame.at("module").get<std::string>().find("hanging_malloc") != std::string::npos;
  }));
}
#endif

}  // namespace
}  // namespace taskleak
