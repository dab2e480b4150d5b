// GoogleTest's own flags and reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "gtest_plugin/failures.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Outcome RunTests(const std::vector<std::string>& arguments,
                 std::map<std::string, std::string> environment = {}) {
  environment.try_emplace("TASKLEAK_OPTIONS", "drain=20ms");
  return RunProgram(LEAKY_TESTS, arguments, environment);
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

class GtestReport : public testing::TestWithParam<const char*> {
 protected:
  Failures Report(const std::string& filter, std::map<std::string, std::string> environment = {}) {
    const std::string format = GetParam();
    const std::string path = directory_.File("report");
    outcome_ =
        taskleak::RunTests({"--gtest_filter=" + filter, "--gtest_output=" + format + ":" + path},
                           std::move(environment));
    text_ = ReadFile(path);
    return format == "xml" ? FailuresInXml(path) : FailuresInJson(path);
  }

  TemporaryDirectory directory_;
  Outcome outcome_;
  std::string text_;
};

TEST_P(GtestReport, HasTheLeakInItsTest) {
  const Failures failures = Report("Clean.*:Leaky.LeavesAThread:Few/*");
  EXPECT_EQ(outcome_.exit_code, 1);
  EXPECT_THAT(failures.at("Clean.DoesNothing"), IsEmpty());
  EXPECT_THAT(failures.at("Clean.JoinsItsThread"), IsEmpty());
  EXPECT_THAT(failures.at("Leaky.LeavesAThread"),
              ElementsAre(AllOf(HasSubstr("leaky_tests.cc:"), HasSubstr("\"left\""),
                                HasSubstr("Worker::Run"))));
  EXPECT_THAT(failures.at("Few/Numbers.LeaveAThreadAtTwo/0"), IsEmpty());
  EXPECT_THAT(failures.at("Few/Numbers.LeaveAThreadAtTwo/1"), ElementsAre(HasSubstr("\"two\"")));
}

TEST_P(GtestReport, HasTheTestsOwnFailureFirst) {
  EXPECT_THAT(Report("Leaky.FailsAndLeavesAThread").at("Leaky.FailsAndLeavesAThread"),
              ElementsAre(HasSubstr("its own failure"), HasSubstr("\"left\"")));
}

TEST_P(GtestReport, HasTheLeakOfASkippedTest) {
  EXPECT_THAT(Report("Leaky.SkipsAndLeavesAThread").at("Leaky.SkipsAndLeavesAThread"),
              ElementsAre(HasSubstr("\"left\"")));
}

TEST_P(GtestReport, HasNoControlCharacters) {
  Report("Leaky.LeavesAThread", {{"TASKLEAK_OPTIONS", "drain=20ms:color=always:verbose=1"}});
  for (const char c : text_) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

INSTANTIATE_TEST_SUITE_P(Formats, GtestReport, testing::Values("xml", "json"),
                         [](const auto& format) { return format.param; });

TEST(GtestReportOfARun, HasTheLeakOfAnEnvironment) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("report.xml");
  RunTests({"--gtest_filter=Clean.DoesNothing", "--gtest_output=xml:" + path},
           {{"ENVIRONMENT", "leaky"}});
  EXPECT_THAT(ReadFile(path), AllOf(HasSubstr("NonTestSuiteFailure"), HasSubstr("environment")));
}

TEST(GtestFlags, EachRepetitionIsCheckedAnew) {
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.LeavesAThread:Clean.*", "--gtest_repeat=3"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(Count(outcome.out, "[       OK ] Clean.JoinsItsThread"), 3);
  EXPECT_EQ(Count(outcome.out, "[  FAILED  ] Leaky.LeavesAThread ("), 3);
}

TEST(GtestFlags, AnEnvironmentMayOutliveRepetitions) {
  for (const char* const recreate : {"0", "1"}) {
    const Outcome outcome =
        RunTests({"--gtest_filter=Clean.*", "--gtest_repeat=3",
                  std::string("--gtest_recreate_environments_when_repeating=") + recreate},
                 {{"ENVIRONMENT", "clean"}});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  }
}

TEST(GtestFlags, ALeakOfAnEnvironmentIsFoundAfterTheLastRepetition) {
  const Outcome outcome = RunTests({"--gtest_filter=Clean.*", "--gtest_repeat=3",
                                    "--gtest_recreate_environments_when_repeating=0"},
                                   {{"ENVIRONMENT", "leaky"}});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(Count(outcome.out, "\"environment\""), 1) << outcome.out;
}

TEST(GtestFlags, ShuffledTestsAreBlamedRightly) {
  for (const char* const seed : {"1", "2", "3", "4", "5"}) {
    const Outcome outcome =
        RunTests({"--gtest_filter=Leaky.LeavesAThread:Clean.*:StopsIn*:Typed/*", "--gtest_shuffle",
                  std::string("--gtest_random_seed=") + seed});
    EXPECT_EQ(Count(outcome.out, "[  FAILED  ] Leaky.LeavesAThread ("), 1) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr(" 2 FAILED TESTS"));
  }
}

TEST(GtestFlags, EveryShardIsChecked) {
  int failed = 0;
  for (const char* const shard : {"0", "1"}) {
    const Outcome outcome = RunTests({"--gtest_filter=Leaky.LeavesAThread:Few/*"},
                                     {{"GTEST_TOTAL_SHARDS", "2"}, {"GTEST_SHARD_INDEX", shard}});
    failed += Count(outcome.out, "\"left\" ") + Count(outcome.out, "\"two\" ");
    EXPECT_EQ(outcome.exit_code, Count(outcome.out, "leaky_tests.cc:") > 0 ? 1 : 0);
  }
  EXPECT_EQ(failed, 2);
}

TEST(GtestFlags, AShardWithoutTestsWritesItsReportAndPasses) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("leaks.json");
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.LeavesAThread"}, {{"GTEST_TOTAL_SHARDS", "2"},
                                                        {"GTEST_SHARD_INDEX", "1"},
                                                        {"TASKLEAK_OPTIONS", "json=" + path}});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(ReadFile(path), HasSubstr("\"schema\""));
}

TEST(GtestFlags, FailFastStopsAtALeak) {
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.LeavesAThread:Leaky.Skips*:StopsIn*", "--gtest_fail_fast"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("[  SKIPPED ] StopsInTearDown.Test"),
                                 HasSubstr("[  PASSED  ] 0 tests.")));
}

TEST(GtestFlags, DisabledTestsAreCheckedOnlyWhenTheyRun) {
  EXPECT_EQ(RunTests({"--gtest_filter=Leaky.DISABLED_*"}).exit_code, 0);
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.DISABLED_*", "--gtest_also_run_disabled_tests"});
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(GtestFlags, ThrowOnFailurePrintsTheLeakAndEndsTheProgram) {
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.LeavesAThread:StopsIn*", "--gtest_throw_on_failure"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\"left\""));
  EXPECT_THAT(outcome.out, Not(HasSubstr("StopsInTearDown")));
}

TEST(GtestFlags, BreakOnFailureStopsAtTheLeak) {
  const Outcome outcome =
      RunTests({"--gtest_filter=Leaky.LeavesAThread", "--gtest_break_on_failure"});
  // On x86-64 GoogleTest executes a breakpoint; elsewhere, some versions write to address 0.
  EXPECT_THAT(outcome.signal, AnyOf(SIGTRAP, SIGSEGV));
  EXPECT_THAT(outcome.out, HasSubstr("\"left\""));
}

TEST(GtestFlags, ListingTestsRunsNothingAndMakesNoFolder) {
  const TemporaryDirectory directory;
  const std::string folder = directory.File("reports");
  const std::map<std::string, std::string> json{{"TASKLEAK_OPTIONS", "json=" + folder + "/"}};
  const Outcome outcome = RunTests({"--gtest_list_tests"}, json);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder));
  static_cast<void>(RunTests({"--gtest_filter=Clean.DoesNothing"}, json));
  EXPECT_TRUE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace taskleak
