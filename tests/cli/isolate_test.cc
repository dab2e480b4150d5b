// `taskleak run --isolate` and `--bisect` on test programs that leak.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "bisect.h"
#include "run_report.h"
#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Names = std::vector<std::string>;

Outcome TaskleakRun(Names arguments, const std::string& options = "") {
  arguments.insert(arguments.begin(), "run");
  return RunProgram(TASKLEAK_PROGRAM, arguments, {{"TASKLEAK_OPTIONS", "drain=50ms " + options}});
}

TEST(Minimize, FindsOneOfMany) {
  Names all;
  for (int i = 0; i < 1000; ++i) all.push_back(std::to_string(i));
  int questions = 0;
  const Names found = Minimize(all, [&questions](const Names& some) {
    ++questions;
    return std::find(some.begin(), some.end(), "617") != some.end();
  });
  EXPECT_THAT(found, ElementsAre("617"));
  EXPECT_LE(questions, 20);
}

TEST(Minimize, FindsAllThatAreNeeded) {
  Names all;
  for (int i = 0; i < 100; ++i) all.push_back(std::to_string(i));
  const std::set<std::string> needed = {"3", "50", "51", "99"};
  const Names found = Minimize(all, [&needed](const Names& some) {
    return std::all_of(needed.begin(), needed.end(), [&some](const std::string& each) {
      return std::find(some.begin(), some.end(), each) != some.end();
    });
  });
  EXPECT_THAT(found, ElementsAre("3", "50", "51", "99"));
}

TEST(Minimize, LeavesTwoThatAreBothNeeded) {
  const Names both = {"a", "b"};
  EXPECT_EQ(Minimize(both, [](const Names& some) { return some.size() == 2; }), both);
}

/// A test program and the names of its tests.
struct Program {
  std::string path;
  std::string clean, always, fails, configured, size, on;
};

const Program kPlainGtest = {
    PLAIN_GTEST,           "Clean.Joins",   "Pool.Leaks", "Pool.Fails", "Pool.LeaksIfConfigured",
    "Config.SetsPoolSize", "Config.TurnsOn"};

void PrintTo(const Program& program, std::ostream* stream) {
  *stream << std::filesystem::path(program.path).filename().string();
}

class Isolate : public testing::TestWithParam<Program> {};

TEST_P(Isolate, NamesTheTestsThatLeak) {
  const Program& program = GetParam();
  const Outcome outcome = TaskleakRun({"--isolate", "--", program.path});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("== " + program.always + ": leaks\n"), HasSubstr("\"left-alone\""),
                    HasSubstr("== " + program.fails + ": fails\n"), HasSubstr("by itself")));
  const std::string summary = outcome.out.substr(outcome.out.find(" tests leak"));
  EXPECT_THAT(
      summary,
      AllOf(HasSubstr("  " + program.always + '\n'),
            HasSubstr(" fails:\n  " + program.fails + '\n'), Not(HasSubstr(program.clean)),
            Not(HasSubstr(program.configured)),
            Not(HasSubstr("ould"))));   // disabled or hidden tests, and tests with a failed check
  EXPECT_THAT(outcome.err, IsEmpty());  // progress is shown only on a terminal
}

TEST_P(Isolate, BisectFindsTheTestsThatMakeAnotherLeak) {
  const Program& program = GetParam();
  const Outcome outcome = TaskleakRun({"--bisect", program.configured, "--", program.path});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(program.configured + " leaks after 2 tests of the 5"),
                                 HasSubstr("  " + program.size + "\n  " + program.on + "\n")));
}

TEST_P(Isolate, BisectOfATestThatLeaksByItself) {
  const Program& program = GetParam();
  const Outcome outcome = TaskleakRun({"--bisect", program.always, "--", program.path});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(program.always + " leaks by itself\n"));
}

TEST_P(Isolate, BisectOfATestThatDoesNotLeak) {
  const Program& program = GetParam();
  const Outcome outcome = TaskleakRun({"--bisect", program.clean, "--", program.path});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("does not leak, neither by itself nor after the 4 tests before it"));
}

const char* const kWithDisabled = "--gtest_also_run_disabled_tests";

TEST(IsolateGoogleTest, RunsATestWhoseNameMeansSomethingInAFilter) {
  const Outcome outcome =
      TaskleakRun({"--isolate", "--", PLAIN_GTEST, kWithDisabled, "--gtest_filter=Typed/*"});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("Typed/std::vector<int*>.DISABLED_Leaks"));
}

TEST(IsolateGoogleTest, RunsNoTestWithASimilarName) {
  const Outcome outcome =
      TaskleakRun({"--isolate", "--", PLAIN_GTEST, kWithDisabled, "--gtest_filter=Typed/*-*&*"});
  EXPECT_THAT(outcome.out, HasSubstr("Running 1 test from"));
  EXPECT_THAT(outcome.out, EndsWith("1 of 1 test leaks:\n"
                                    "  Typed/std::vector<int*>.DISABLED_Leaks\n"));
}

TEST(IsolateGoogleTest, BisectSaysThatATestThatEndsItsProcessCannotBeJudged) {
  const Outcome outcome =
      TaskleakRun({"--bisect", "Odd.DISABLED_Aborts", "--", PLAIN_GTEST, kWithDisabled});
  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("could not be judged"));
}

TEST(IsolateGoogleTest, AHangLeavesWhatWasReportedBeforeInTheReport) {
  const TemporaryDirectory directory;
  const Outcome outcome =
      RunProgram(TASKLEAK_PROGRAM,
                 {"run", "--hang=8s", "--", CHECKED_GTEST, kWithDisabled,
                  "--gtest_filter=Pool.Leaks:Odd.DISABLED_Hangs"},
                 {{"TASKLEAK_OPTIONS", "drain=50ms:json=" + directory.File("leaks.json")}});
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  const std::string report = ReadFile(directory.File("leaks.json"));
  EXPECT_THAT(report, AllOf(HasSubstr("\"Pool.Leaks\""), HasSubstr("\"hang\"")));
}

std::vector<Program> Programs() {
  std::vector<Program> programs = {kPlainGtest, kPlainGtest};
  programs[1].path = CHECKED_GTEST;
  Program catch2 = {"",
                    "clean",
                    R"(pool, "always" [leaks])",
                    "pool fails",
                    "pool leaks if configured",
                    "config: sets pool size",
                    R"(config, "turns" [it] on\off)"};
#ifdef PLAIN_CATCH2_V3
  catch2.path = PLAIN_CATCH2_V3;
  programs.push_back(catch2);
#endif
#ifdef PLAIN_CATCH2_V2
  catch2.path = PLAIN_CATCH2_V2;
  programs.push_back(catch2);
#endif
  return programs;
}

INSTANTIATE_TEST_SUITE_P(Programs, Isolate, testing::ValuesIn(Programs()), [](const auto& each) {
  return std::filesystem::path(each.param.path).filename().string();
});

TEST(IsolateReport, HasAllTestsInOneDocument) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("deep/leaks.json");
  EXPECT_EQ(TaskleakRun({"--isolate", "-j1", "--", PLAIN_GTEST, "--gtest_filter=*Sizes*:Clean.*"},
                        "json=" + path)
                .exit_code,
            1);
  const Json report = Json::parse(ReadFile(path));
  Names checked;
  for (const Json& scope : report["checked"]) checked.push_back(scope["test"]);
  EXPECT_THAT(checked, testing::IsSupersetOf({"Clean.Joins", "Small/Sizes.LeaksWithTwo/0",
                                              "Small/Sizes.LeaksWithTwo/1"}));
  ASSERT_EQ(report["tests"].size(), 1U);
  EXPECT_EQ(report["tests"][0]["test"], "Small/Sizes.LeaksWithTwo/1");
}

TEST(IsolateVerdict, CleanTestsPass) {
  const Outcome outcome =
      TaskleakRun({"--isolate", "--", PLAIN_GTEST, "--gtest_filter=Clean.*:Config.*"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "5 tests, no leaks\n");
}

TEST(IsolateVerdict, AWarningFailsNothing) {
  const Outcome outcome =
      TaskleakRun({"--isolate", "--", PLAIN_GTEST, "--gtest_filter=Pool.Leaks"}, "on_leak=warn");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, EndsWith("1 of 1 test leaks:\n  Pool.Leaks\n"));
}

TEST(IsolateVerdict, CanBeFoundWithFewerThreadsThanJobs) {
#if TASKLEAK_TESTS_SANITIZED
  GTEST_SKIP() << "sanitizers need much address space";
#endif
  // There is room for the stack of one thread.
  const Outcome outcome = RunProgram(
      "sh",
      {"-c", "ulimit -S -s 1000000 || exit 77; ulimit -S -v 1500000; exec \"$@\"", "sh",
       TASKLEAK_PROGRAM, "run", "--isolate", "-j8", "--", PLAIN_GTEST, "--gtest_filter=Config.*"},
      {{"TASKLEAK_OPTIONS", "drain=50ms"}});
  if (outcome.exit_code == 77) GTEST_SKIP() << "the limit of stacks cannot be raised";
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "4 tests, no leaks\n");
}

TEST(IsolateVerdict, DoesNotDependOnTheNameOfTheTemporaryFolder) {
  const TemporaryDirectory directory;
  const std::string folder = directory.File("user's folder");
  std::filesystem::create_directory(folder);
  const Outcome outcome = RunProgram(
      TASKLEAK_PROGRAM, {"run", "--isolate", "--", PLAIN_GTEST, "--gtest_filter=Config.*"},
      {{"TASKLEAK_OPTIONS", "drain=50ms"}, {"TMPDIR", folder}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
}

TEST(IsolateVerdict, WhatCannotBeIsolatedIsAnError) {
  const Outcome none = TaskleakRun({"--isolate", "--", PLAIN_GTEST, "--gtest_filter=None.*"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("no tests"));
  const Outcome other = TaskleakRun({"--isolate", "--", WATCHED_PROGRAM});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.err, HasSubstr("lists no tests"));
  const Outcome unknown = TaskleakRun({"--bisect", "No.Such", "--", PLAIN_GTEST});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("No.Such"));
  EXPECT_EQ(TaskleakRun({"--isolate", "--", PLAIN_GTEST}, "drian=1s").exit_code, 2);
}

}  // namespace
}  // namespace taskleak::cli
