// Tests that end the process, and others in which that is as it must be. main() ends it by exit().
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

TEST(Ends, ByExit) { std::exit(0); }
TEST(Ends, ByExitWithACode) { std::exit(3); }
TEST(Ends, ByQuickExit) { std::quick_exit(0); }
TEST(Ends, ByUnderscoreExit) { _exit(0); }
TEST(Ends, ByC99Exit) { std::_Exit(0); }
TEST(Ends, ByExitOfAnotherThread) {
  std::thread([] { std::exit(0); }).join();
}

class EndsInSetUp : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::exit(0); }
};
TEST_F(EndsInSetUp, Test) {}

int StatusOfChild(void (*end)(int)) {
  const pid_t child = fork();
  if (child == 0) end(5);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Passes, AForkedChildEnds) {
  EXPECT_EQ(StatusOfChild(std::exit), 5);
  EXPECT_EQ(StatusOfChild(std::quick_exit), 5);
  EXPECT_EQ(StatusOfChild(_exit), 5);
}
TEST(Passes, AReExecutedChildEnds) {
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): what the test is about
  const pid_t child = vfork();
  if (child == 0) {
    execl("/proc/self/exe", "again", "--gtest_list_tests", nullptr);
    _exit(6);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
TEST(PassesDeathTest, Exits) { EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0), "^$"); }

}  // namespace

int main(int argc, char** argv) {
  std::atexit([] { std::puts("the program's own handler"); });
  testing::InitGoogleTest(&argc, argv);
  std::exit(RUN_ALL_TESTS());
}
