// `taskleak run` on programs that are built without taskleak.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "run_report.h"
#include "support/repetitions.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunTest : public ::testing::Test {
 protected:
  /// Runs `taskleak run OPTIONS... -- watched WHAT`.
  [[nodiscard]] Outcome Watch(const std::string& what,
                              const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments = {"run"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", WATCHED_PROGRAM, what});
    return RunProgram(TASKLEAK_PROGRAM, arguments,
                      {{"TASKLEAK_OPTIONS", "drain=50ms:json=" + directory_.File("out/")}});
  }
  [[nodiscard]] std::size_t ReportCount() const {
    const std::filesystem::directory_iterator files(directory_.File("out"));
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  /// Returns the only report.
  [[nodiscard]] Json Report() const {
    EXPECT_EQ(ReportCount(), 1U);
    const std::string path = std::filesystem::directory_iterator(directory_.File("out"))->path();
    return Json::parse(ReadFile(path));
  }

  TemporaryDirectory directory_;
};

TEST_F(RunTest, ACleanProgramPasses) {
  const Outcome outcome = Watch("clean");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "output of clean");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(Report()["summary"]["leaks"], 0);
}

TEST_F(RunTest, AThreadThatIsLeftFails) {
  const Outcome outcome = Watch("leak");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "output of leak");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("1 thread \"left-alone\""), HasSubstr("LeakThread()"),
                                 HasSubstr("created in ")));
  EXPECT_THAT(Report()["tests"][0]["test"].get<std::string>(), ::testing::EndsWith(" leak"));
}

#ifdef COROUTINE_PROGRAM
TEST_F(RunTest, ACoroutineThatIsLeftFails) {
  const Outcome outcome = RunProgram(TASKLEAK_PROGRAM, {"run", "--", COROUTINE_PROGRAM},
                                     {{"TASKLEAK_OPTIONS", "drain=50ms"}});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("1 task \"(anonymous namespace)::WaitForEver\""),
                                 HasSubstr("suspended"), HasSubstr("coroutine.cc:")));
}
#endif

TEST_F(RunTest, EndsIfTheEndOfChildrenIsIgnored) {
  const Outcome outcome =
      RunProgram("/usr/bin/env",
                 {"--ignore-signal=CHLD", TASKLEAK_PROGRAM, "run", "--", WATCHED_PROGRAM, "leak"},
                 {{"TASKLEAK_OPTIONS", "drain=50ms"}});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
}

TEST_F(RunTest, CallingExitIsAnEndToo) { EXPECT_EQ(Watch("leak-and-exit").exit_code, 1); }

TEST_F(RunTest, AThreadThatEndedUnjoinedFails) {
  const Outcome outcome = Watch("unjoined");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("neither joined nor detached"));
}

TEST_F(RunTest, StaticObjectsMayStopTheirThreads) {
  EXPECT_EQ(Watch("static-pool").exit_code, 0);
  EXPECT_EQ(Watch("static-pool", {"--at=main"}).exit_code, 1);
  EXPECT_EQ(Watch("leak-and-exit", {"--at=main"}).exit_code, 1);
  EXPECT_EQ(Watch("clean", {"--at=main"}).exit_code, 0);
}

// With much time, so that only a proof ends it.
TEST_F(RunTest, ADeadlockIsReportedFromOutside) {
  const Outcome outcome = Watch("deadlock", {"--hang=30min"});
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr(" deadlock never returns: its thread is in a deadlock"),
                    HasSubstr("DEADLOCK: 2 threads wait for each other"), HasSubstr("Deadlock()")));
  EXPECT_EQ(Report()["tests"][0]["verdict"], "hang");
  EXPECT_EQ(Report()["tests"][0]["standstill"], "deadlock");
}

TEST_F(RunTest, AProgramWithAllThreadsAsleepIsReportedFromOutside) {
  const Outcome outcome = Watch("wait-for-nobody", {"--hang=30min"});
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("never returns: all threads are asleep; alive: 1 thread"));
}

TEST_F(RunTest, AProgramThatTakesTooLongIsReportedFromOutside) {
  const bool slow = testing::Stride() > 1;  // the program must have come to its semaphore
  const Outcome outcome = Watch("serve", {slow ? "--hang=25s" : "--hang=2500ms"});
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  const std::string limit = slow ? "25 s" : "2.5 s";
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr(" serve did not return within " + limit + "; alive: 1 thread"),
                    HasSubstr("waiting for a semaphore"), HasSubstr("Serve()")))
      << "what might be stopped by a signal is not shown to hang";
}

TEST_F(RunTest, AProgramThatEndsInTimeIsCheckedAsWithoutALimit) {
  EXPECT_EQ(Watch("sleep", {"--hang=30min"}).exit_code, 0);
  EXPECT_EQ(Watch("leak", {"--hang=30min"}).exit_code, 1);
  EXPECT_EQ(Watch("fail", {"--hang=30min"}).exit_code, 7);
}

TEST_F(RunTest, ABadLimitIsAnError) {
  for (const char* const limit : {"0", "soon", "-1s"}) {
    const Outcome outcome = Watch("clean", {std::string("--hang=") + limit});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("--hang"), HasSubstr(limit), HasSubstr("60s")));
  }
}

TEST_F(RunTest, AProgramsOwnFailureStands) {
  EXPECT_EQ(Watch("fail").exit_code, 7);
  const Outcome outcome = Watch("leak-and-fail");
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_THAT(outcome.err, HasSubstr("left-alone"));
  EXPECT_EQ(Watch("abort").exit_code, 128 + 6);
}

TEST_F(RunTest, AnEndWithoutALookIsNoSuccess) {
  const Outcome outcome = Watch("_exit");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("ended without exit()"));
}

TEST_F(RunTest, AStaticProgramIsAnError) {
  const Outcome outcome = RunProgram(TASKLEAK_PROGRAM, {"run", "--", STATIC_PROGRAM});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("it is statically linked"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(RunTest, ASetuidProgramIsAnError) {
  const std::string program = directory_.File("setuid");
  std::filesystem::copy_file(WATCHED_PROGRAM, program);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  const Outcome outcome = RunProgram(TASKLEAK_PROGRAM, {"run", "--", program, "leak"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("setuid"));
}

TEST_F(RunTest, WhatCannotBeRunIsAnError) {
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"run", "--", "/nonexistent"}).exit_code, 3);
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"run"}).exit_code, 2);
}

TEST_F(RunTest, BadOptionsAreAnErrorBeforeTheProgramRuns) {
  const Outcome outcome = RunProgram(TASKLEAK_PROGRAM, {"run", "--", WATCHED_PROGRAM, "clean"},
                                     {{"TASKLEAK_OPTIONS", "drian=1s"}});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("unknown key \"drian\""));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(RunTest, ChildProcessesAreFollowedOnlyWhenAsked) {
  for (const char* const what : {"fork", "spawn"}) {
    EXPECT_EQ(Watch(what).exit_code, 0) << what;
    const Outcome followed = Watch(what, {"--follow"});
    EXPECT_EQ(followed.exit_code, 1) << what;
    EXPECT_THAT(followed.err, HasSubstr("left-alone")) << what;
  }
}

TEST_F(RunTest, ScriptsAreFollowedIntoWhatTheyStart) {
  const auto run = [](const std::string& script, const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"run"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", "sh", "-c", script});
    return RunProgram(TASKLEAK_PROGRAM, arguments).exit_code;
  };
  const std::string program = WATCHED_PROGRAM;
  EXPECT_EQ(run(program + " leak; true", {"--follow"}), 1);
  EXPECT_EQ(run(program + " clean; true", {"--follow"}), 0);
  EXPECT_EQ(run(program + " clean; true", {}), 3);  // the shell ends by _exit
}

TEST_F(RunTest, AProgramThatChecksItselfIsCheckedOnce) {
  const Outcome outcome = RunProgram(
      TASKLEAK_PROGRAM, {"run", "--", PLUGIN_PROGRAM, "--gtest_filter=Leaky.LeavesAThread"},
      {{"TASKLEAK_OPTIONS", "drain=20ms"}});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, Not(HasSubstr("still alive")));
}

}  // namespace
}  // namespace taskleak::cli
