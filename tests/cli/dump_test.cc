// `taskleak dump` on a process that is built without taskleak.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "run_report.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// The program, which lives as long as this object.
class Stuck {
 public:
  explicit Stuck(const char* what, std::string program = STUCK_PROGRAM) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    input_ = ends[1];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
    std::string argument = what;
    char* const words[] = {program.data(), argument.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &files, nullptr, words, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    close(ends[0]);
  }
  ~Stuck() { End(); }
  Stuck(const Stuck&) = delete;
  Stuck& operator=(const Stuck&) = delete;

  /// Ends it. Returns its status in the form of wait(2).
  int End() {
    int status = -1;
    if (input_ < 0) return status;
    close(input_);
    input_ = -1;
    waitpid(pid_, &status, 0);
    return status;
  }

  [[nodiscard]] std::string pid() const { return std::to_string(pid_); }
  /// Dumps it until all of `texts` are in the dump, for half a minute at most.
  [[nodiscard]] Outcome DumpUntil(const std::vector<std::string>& texts,
                                  std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"dump", pid()});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      Outcome outcome = RunProgram(TASKLEAK_PROGRAM, options);
      const bool all = std::all_of(texts.begin(), texts.end(), [&outcome](const auto& text) {
        return outcome.out.find(text) != std::string::npos;
      });
      if (all || std::chrono::steady_clock::now() > end) return outcome;
    }
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
};

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

TEST(Dump, ReadsARunningThread) {
  const Stuck stuck("wait");
  const Outcome outcome = stuck.DumpUntil({"Spin()"});
  EXPECT_THAT(outcome.out, ContainsRegex("1 thread \"spinner\" \\([0-9]+\\)  running"));
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
