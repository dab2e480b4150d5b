// `taskleak dump` on a process that is built without taskleak.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <string>

#include "run_report.h"
#include "stuck.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(Dump, ShowsWhereThreadsAreAndWhatTheyWaitFor) {
  Stuck stuck("wait");
  const Outcome outcome = stuck.DumpUntil({"3 threads \"reader\"", "\"waiter\"", "Spin()"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("process " + stuck.pid() +
                                     " \"cli_stuck\": 6 threads in 4 "
                                     "groups, 0 deadlocks\n"));
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("3 threads \"reader\"  waiting to read: descriptor "),
                    HasSubstr(", pipe written to by descriptor "), HasSubstr("ReadNothing(int)"),
                    HasSubstr("stuck.cc:"), HasSubstr("waiting on a condition variable"),
                    HasSubstr("WaitForOrders("), HasSubstr("main")));
  EXPECT_THAT(outcome.out, AllOf(Not(HasSubstr("leak")), Not(HasSubstr("ignore:"))));
  EXPECT_EQ(stuck.End(), 0);  // the dump did not disturb it
}

// They are read by several threads.
TEST(Dump, ShowsEachOfManyThreadsOnceWithItsStack) {
  const Stuck stuck("crowd");
  const Outcome text = stuck.DumpUntil({"303 threads \"reader\"  waiting to read"});
  EXPECT_THAT(text.out, HasSubstr("\"cli_stuck\": 306 threads in 4 groups"));
  const Outcome outcome = stuck.DumpUntil({}, {"--format=json"});
  const Json report = Json::parse(outcome.out);
  std::set<int> ids;
  int readers = 0;
  for (const Json& group : report["tests"][0]["groups"]) {
    for (const Json& unit : group["units"]) {
      EXPECT_TRUE(ids.insert(unit["id"].get<int>()).second) << unit;
      readers += unit["name"] == "reader" && unit["state"] == "read" ? 1 : 0;
    }
    EXPECT_FALSE(group["stack"].empty()) << group;
  }
  EXPECT_EQ(ids.size(), 306U);
  EXPECT_EQ(readers, 303);
}

TEST(Dump, ReadsARunningThread) {
  const Stuck stuck("wait");
  const Outcome outcome = stuck.DumpUntil({"Spin()"});
  EXPECT_THAT(outcome.out, ContainsRegex("1 thread \"spinner\" \\([0-9]+\\)  running"));
}

// The kernel then shows another call (restart_syscall(2)).
TEST(Dump, KnowsWhatAProcessWaitsForThatWasStoppedAndContinued) {
  const Stuck stuck("timed");
  const std::vector<std::string> waits = {"sleeping: for ", "waiting in poll",
                                          "waiting on a condition variable: "};
  EXPECT_EQ(stuck.DumpUntil(waits).exit_code, 0);
  stuck.StopAndContinue();
  const Outcome outcome = stuck.DumpUntil(waits);
  for (const std::string& wait : waits) EXPECT_THAT(outcome.out, HasSubstr(wait));
}

TEST(Dump, NamesDeadlocks) {
  const Stuck stuck("deadlock");
  const Outcome outcome = stuck.DumpUntil({"DEADLOCK"});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.out;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("1 deadlock\n"), HasSubstr("2 threads wait for each other"),
                    HasSubstr("LockBoth(")));
}

TEST(Dump, WritesJson) {
  const Stuck stuck("wait");
  const Outcome outcome = stuck.DumpUntil({"reader"}, {"--format=json"});
  const Json report = Json::parse(outcome.out);
  EXPECT_EQ(report["tests"][0]["test"], "process " + stuck.pid() + " \"cli_stuck\"");
  EXPECT_EQ(report["tests"][0]["verdict"], "alive");
  EXPECT_EQ(report["summary"]["leaks"], 0);
}

/// Writes the JSON dump to a file and gives it to other commands.
class DumpFile : public testing::Test {
 protected:
  void DumpOf(const char* what, const std::string& text) {
    const Stuck stuck(what);
    std::ofstream(Path()) << stuck.DumpUntil({text}, {"--format=json"}).out;
  }
  [[nodiscard]] std::string Path() const { return directory_.File("dump.json"); }
  [[nodiscard]] Outcome Report(const std::string& format) const {
    return RunProgram(TASKLEAK_PROGRAM, {"report", "--format=" + format, Path()});
  }
  [[nodiscard]] std::string Known() const { return directory_.File("known.txt"); }

 private:
  TemporaryDirectory directory_;
};

TEST_F(DumpFile, OfAHealthyProgramHasNoLeak) {
  DumpOf("wait", "WaitForOrders(");
  const Outcome text = Report("text");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, AllOf(testing::StartsWith("process "), HasSubstr("\"cli_stuck\": alive: "),
                              HasSubstr("WaitForOrders("), Not(HasSubstr("leak"))));
  EXPECT_EQ(Json::parse(Report("json").out)["summary"]["leaks"], 0);
  const Outcome merged = RunProgram(TASKLEAK_PROGRAM, {"merge", Path()});
  EXPECT_EQ(merged.exit_code, 0);
  const Json document = Json::parse(merged.out);
  EXPECT_EQ(document["tests"][0]["verdict"], "alive");
  EXPECT_EQ(document["summary"]["leaking_tests"], 0);
}

TEST_F(DumpFile, AddsNothingToABaseline) {
  DumpOf("wait", "WaitForOrders(");
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"baseline", "write", Known(), Path()}).exit_code, 0);
  EXPECT_THAT(ReadFile(Known()), Not(HasSubstr("signature:")));
  const Outcome checked = RunProgram(TASKLEAK_PROGRAM, {"baseline", "check", Known(), Path()});
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_THAT(checked.out, testing::StartsWith("0 new or grown, 0 known"));
}

TEST_F(DumpFile, OfADeadlockFails) {
  DumpOf("deadlock", "\"cycle\"");
  const Outcome text = Report("text");
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.out, HasSubstr("2 threads wait for each other"));
}

TEST(Dump, SaysWhyItCannotLook) {
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"dump"}).exit_code, 2);
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"dump", "0"}).exit_code, 2);
  const Outcome none = RunProgram(TASKLEAK_PROGRAM, {"dump", "4194304"});  // beyond the greatest
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("process 4194304: there is no such process"));
}

TEST(Dump, NeedsTheRightToLook) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can take another user's rights here";
  const Stuck stuck("wait");
  const Outcome outcome = RunProgram(
      "setpriv", {"--reuid=65534", "--clear-groups", TASKLEAK_PROGRAM, "dump", stuck.pid()});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("not permitted"));
}

TEST(Dump, ShowsRegisteredTasksOfAnotherProcess) {
  const Stuck program("wait", TASK_PROGRAM);
  const Outcome outcome = program.DumpUntil({"running job"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(": 2 threads, 3 tasks in"), HasSubstr("1 task \"queued job\""),
                    HasSubstr("MakeJob()"), HasSubstr("1 task \"session\""),
                    HasSubstr("for the reply of 10.0.0.1"), HasSubstr("1 task \"running job\""),
                    HasSubstr("RunJob(")));
}

#ifdef COROUTINE_PROGRAM
TEST(Dump, CoroutinesOfAnotherProcessAreShownAsUnverified) {
  const Stuck program("wait", COROUTINE_PROGRAM);
  const Outcome outcome = program.DumpUntil({"WaitForEver"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1 task \"(anonymous namespace)::WaitForEver\""),
                                 HasSubstr("unverified"), HasSubstr("coroutine.cc:")));
  EXPECT_EQ(outcome.exit_code, 0);
}
#endif

}  // namespace
}  // namespace taskleak::cli
