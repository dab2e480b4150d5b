// Tests, suites and a main function that start child processes, and leave them or not. Each child
// ends with the program.
#include <gtest/gtest.h>
#include <taskleak/gtest.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace {

pid_t StartChild() {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (getppid() == parent) pause();
  _exit(0);
}

void EndChild(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(Leaky, LeavesAProcess) { StartChild(); }
TEST(Leaky, LeavesAnEndedProcess) {
  const pid_t child = fork();
  if (child == 0) _exit(3);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
}
TEST(Clean, EndsItsProcess) { EndChild(StartChild()); }
TEST(Clean, RunsACommand) { EXPECT_EQ(std::system("true"), 0); }
TEST(CleanDeathTest, Dies) { EXPECT_EXIT(std::exit(3), testing::ExitedWithCode(3), ""); }

class Suite : public testing::Test {
 protected:
  static void SetUpTestSuite() { child = StartChild(); }
  static void TearDownTestSuite() { EndChild(child); }
  static inline pid_t child = 0;
};
TEST_F(Suite, UsesIt) { EXPECT_GT(child, 0); }
TEST_F(Suite, UsesItAgain) { EXPECT_EQ(kill(child, 0), 0); }

class LeakySuite : public testing::Test {
 protected:
  static void SetUpTestSuite() { StartChild(); }
};
TEST_F(LeakySuite, IsNotBlamed) {}

}  // namespace

// A server for the length of the run.
int main(int argc, char** argv) {
  const pid_t server = StartChild();
  testing::InitGoogleTest(&argc, argv);
  taskleak::gtest::AddListener();
  const int result = RUN_ALL_TESTS();
  EndChild(server);
  return result;
}
