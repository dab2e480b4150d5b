// The ways to switch the checks on, alone and together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gtest_plugin/failures.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::HasSubstr;

Outcome RunTests(const std::string& program, const std::string& filter = "*",
                 std::map<std::string, std::string> environment = {}) {
  environment.try_emplace("TASKLEAK_OPTIONS", "drain=20ms");
  return RunProgram(program, {"--gtest_filter=" + filter}, environment);
}

/// Returns how often GoogleTest printed a failure.
int Failures(const Outcome& outcome) {
  int count = 0;
  const std::string mark = ": Failure\n";
  for (std::size_t at = 0; (at = outcome.out.find(mark, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(SwitchingOn, ByTheReadyMain) {
  const Outcome outcome = RunTests(MAIN_TESTS);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(Failures(outcome), 1);
  EXPECT_EQ(RunTests(MAIN_TESTS, "*", {{"TASKLEAK_OPTIONS", "drain=x"}}).exit_code, 2);
}

TEST(SwitchingOn, ByAddListenerTwiceIsOnce) {
  const Outcome outcome = RunTests(OWN_MAIN, "Own.LeavesAThread");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(Failures(outcome), 1) << outcome.out;
}

TEST(SwitchingOn, BadOptionsAreRefused) {
  EXPECT_THAT(RunTests(OWN_MAIN).out, testing::StartsWith("refused: "));
}

TEST(SwitchingOn, OptionsHoldForMarksToo) {
  const Outcome outcome = RunTests(OWN_MAIN, "Own.LeavesAnIgnoredThread:Own.Mark*");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST(SwitchingOn, AddListenerStillSetsOptions) {
  const std::map<std::string, std::string> former = {{"FORMER_WAY", "1"}};
  const Outcome outcome = RunTests(OWN_MAIN, "Own.LeavesAnIgnoredThread", former);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_EQ(Failures(RunTests(OWN_MAIN, "Own.LeavesAThread", former)), 1);
}

TEST(SwitchingOn, OptionsReachTheListenerThatIsThereAlready) {
  const Outcome outcome = RunTests(OWN_MAIN_AUTO, "Own.LeavesAnIgnoredThread:Own.Mark*");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, testing::StartsWith("refused: "));  // the bad ones
  EXPECT_EQ(Failures(RunTests(OWN_MAIN_AUTO, "Own.LeavesAThread")), 1);
}

TEST(SwitchingOn, TheEnvironmentWinsOverOptionsThatComeLater) {
  const Outcome outcome = RunTests(OWN_MAIN_AUTO, "Own.LeavesAThread",
                                   {{"TASKLEAK_OPTIONS", "drain=20ms:on_leak=warn"}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("\"own\""));
}

TEST(SwitchingOn, TwoSetsOfOptionsAreAnErrorThatNamesBoth) {
  for (const std::string& program : {std::string(OWN_MAIN), std::string(OWN_MAIN_AUTO)}) {
    const Outcome outcome =
        RunTests(program, "Own.LeavesAThread", {{"OTHER_OPTIONS", "drain=30ms:verbose=1"}});
    EXPECT_THAT(outcome.out, HasSubstr("refused: code sets two different sets of options, "
                                       "{thread_name:flush*} and "
                                       "{drain=30ms, verbose=1, thread_name:other}"));
    EXPECT_EQ(Failures(outcome), 1) << outcome.out;
  }
}

TEST(SwitchingOn, OptionsThatComeInATestAreAnError) {
  const Outcome outcome = RunTests(OWN_MAIN, "Own.SetsOptionsTooLate", {{"LATE", "1"}});
  EXPECT_THAT(outcome.out, HasSubstr("refused: SetOptions({thread_name:late}) was called after "
                                     "the run had begun"));
}

TEST(SwitchingOn, OptionsThatReachOnlyAnotherCopyOfTaskleakAreAnError) {
  const Outcome outcome =
      RunTests(OWN_MAIN, "Own.LeavesAThread",
               {{"LOAD", LIBRARY_WITH_ITS_OWN}, {"ASAN_OPTIONS", "detect_odr_violation=0"}});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("another copy of taskleak in this process checks these tests, "
                                     "and does not see the options {thread_name:flush*}."));
}

/// Runs all tests of a program that loads another copy of taskleak, which checks the tests.
Outcome RunBesideAnotherCopy(std::map<std::string, std::string> more) {
  more.emplace("LOAD", LIBRARY_WITH_ITS_OWN);
  more.emplace("LATE", "1");
  more.emplace("ASAN_OPTIONS", "detect_odr_violation=0");
  return RunTests(OWN_MAIN, "*", more);
}

TEST(SwitchingOn, OptionsThatReachOnlyAnotherCopyOfTaskleakAreAnErrorEachTime) {
  const std::string refused = "does not see the options {thread_name:late}";
  const Outcome outcome = RunBesideAnotherCopy({{"GTEST_REPEAT", "2"}});
  const std::size_t first = outcome.out.find(refused);
  ASSERT_NE(first, std::string::npos) << outcome.out;
  EXPECT_THAT(outcome.out.substr(first + 1), HasSubstr(refused));
}

TEST(SwitchingOn, APredicateIsNoOtherCopysPredicateOfTheSameName) {
  const Outcome outcome = RunBesideAnotherCopy({{"PREDICATE_OF_LIBRARY", "1"}});
  EXPECT_THAT(outcome.out, HasSubstr("does not see the options {ours}"));
}

TEST(SwitchingOn, ByExecutableAndSharedLibraryIsOnce) {
  const Outcome outcome = RunTests(HOST_WITH_LIBRARY);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("2 FAILED TESTS"));
  EXPECT_EQ(Failures(outcome), 2) << outcome.out;
}

TEST(SwitchingOn, ByExecutableAndLoadedLibraryIsOnce) {
  const Outcome outcome = RunTests(HOST_LISTENING, "*",
                                   {{"LOAD", LIBRARY_TESTS},
                                    // The core is in both.
                                    {"ASAN_OPTIONS", "detect_odr_violation=0"}});
  EXPECT_THAT(outcome.out, HasSubstr("2 FAILED TESTS"));
  EXPECT_EQ(Failures(outcome), 2) << outcome.out;
}

TEST(SwitchingOn, ByALoadedLibraryAlone) {
  EXPECT_EQ(RunTests(HOST).exit_code, 0);
  const Outcome outcome = RunTests(HOST, "*", {{"LOAD", LIBRARY_TESTS}});
  EXPECT_THAT(outcome.out, HasSubstr("2 FAILED TESTS"));
  EXPECT_EQ(Failures(outcome), 2) << outcome.out;
}

}  // namespace
}  // namespace taskleak
