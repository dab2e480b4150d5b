#include "linux/proc/children.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include "environment/count_opens.h"
#include "support/child.h"

namespace taskleak::platform {
namespace {

using testing::AwaitEnd;
using testing::LivingChild;

TEST(ParseProcessStatTest, ReadsANameWithBracketsAndBlanks) {
  const auto stat = ParseProcessStat(
      "42 (a) b (c)) Z 7 42 40 0 -1 4227084 0 0 0 0 3 2 0 0 20 0 1 0 12345 0 0 0 0 0 0 0 0 0 0 0 0 "
      "0 "
      "0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 768\n");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->name, "a) b (c)");
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_TRUE(stat->ended());
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->session, 40);
  EXPECT_EQ(stat->cpu_ticks, 5U);
  EXPECT_EQ(stat->start_ticks, 12345U);
  EXPECT_EQ(stat->exit_signal, SIGCHLD);
  EXPECT_EQ(stat->exit_status, 3 << 8);
}

TEST(ParseProcessStatTest, RejectsWhatIsCutShort) {
  for (const char* text : {"", "1", "1 (x", "1 (x)", "1 (x) ", "1 (x) S 1 2", ") ("})
    EXPECT_FALSE(ParseProcessStat(text).has_value()) << text;
}

TEST(ChildrenTest, AProcessWithoutChildrenHasNone) {
  EXPECT_FALSE(HasChildren());
  EXPECT_TRUE(ListChildren()->empty());
}

TEST(ChildrenTest, AChildIsListedWithItsNameAndState) {
  const LivingChild child;
  EXPECT_TRUE(HasChildren());
  const auto children = *ListChildren();
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(children[0].id.tid, child.pid());
  EXPECT_GT(children[0].id.start_ticks, 0U);
  EXPECT_FALSE(children[0].stat.ended());
  EXPECT_NE(ReadCommandLine(child.pid()).find("children"), std::string::npos);
}

TEST(ChildrenTest, ToLookTakesNoResultOfAnEndedChild) {
  const pid_t child = fork();
  if (child == 0) _exit(3);
  AwaitEnd(child);
  EXPECT_TRUE(HasChildren());
  const auto children = *ListChildren();
  ASSERT_EQ(children.size(), 1U);
  EXPECT_TRUE(children[0].stat.ended());
  EXPECT_EQ(WEXITSTATUS(children[0].stat.exit_status), 3);
  EXPECT_EQ(ReadCommandLine(child), "");
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_FALSE(HasChildren());
}

TEST(ChildrenTest, TheChildOfAnotherThreadIsListed) {
  std::thread([] {
    const LivingChild child;
    EXPECT_EQ(ListChildren()->size(), 1U);
  }).join();
}

TEST(ChildrenTest, AChildThatOutlivesTheThreadThatCreatedItIsListed) {
  pid_t child = 0;
  std::thread([&child] {
    child = fork();
    if (child == 0)
      for (;;) pause();
  }).join();
  const auto children = *ListChildren();
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(children[0].id.tid, child);
  testing::EndChild(child);
}

TEST(ChildrenTest, ChildrenOfAnyThreadThatComeAndEndBetweenListsAreAllKnown) {
  const LivingChild first;
  EXPECT_EQ(ListChildren()->size(), 1U);
  for (int i = 0; i < 100; ++i) {
    pid_t second = 0;
    std::thread([&second] {
      second = fork();
      if (second == 0) _exit(0);
    }).join();
    const auto children = *ListChildren();
    ASSERT_EQ(children.size(), 2U) << i;
    ASSERT_TRUE(children[0].id.tid == second || children[1].id.tid == second);
    waitpid(second, nullptr, 0);
    ASSERT_EQ(ListChildren()->size(), 1U) << i;
  }
}

// Writes a byte, and ends when the last writer to `lives` has closed it.
[[noreturn]] void LiveAsOrphan(int born, int lives) {
  char byte = 'b';
  _exit(write(born, &byte, 1) == 1 && read(lives, &byte, 1) == 0 ? 0 : 1);
}

TEST(ChildrenTest, AnOrphanThatIsTakenInLaterIsListed) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int born[2];
  int lives[2];
  ASSERT_EQ(pipe(born), 0);
  ASSERT_EQ(pipe(lives), 0);
  const pid_t middle = fork();
  if (middle == 0) {
    close(lives[1]);
    if (fork() == 0) LiveAsOrphan(born[1], lives[0]);
    for (;;) pause();
  }
  char byte = 0;
  EXPECT_EQ(read(born[0], &byte, 1), 1);
  EXPECT_EQ(ListChildren()->size(), 1U);
  testing::EndChild(middle);
  const auto children = *ListChildren();
  EXPECT_EQ(children.size(), 1U);
  for (const ChildProcess& child : children) EXPECT_NE(child.id.tid, middle);
  for (const int fd : {born[0], born[1], lives[0], lives[1]}) close(fd);
  EXPECT_GT(wait(nullptr), 0);
}

// The children of a thread are in a file of that thread, so each list opens several.
TEST(ChildrenTest, AListIsCompleteOrAnErrorWhicheverOpenFails) {
  constexpr long kAll = std::numeric_limits<long>::max();
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);  // so every list is read in full
  const LivingChild child;
  std::thread([] {
    ASSERT_EQ(ListChildren()->size(), 1U);
    environment::CountOpens();
    long failed = 0;
    for (;; ++failed) {
      environment::g_opens_failing = 1;
      environment::g_opens_succeeding = failed;
      const auto children = ListChildren();
      environment::g_opens_succeeding = kAll;
      EXPECT_TRUE(!children || children->size() == 1) << "without open " << failed;
      if (environment::g_opens_failing == 1) break;  // there are no more
    }
    EXPECT_GE(failed, 4);
  }).join();
}

// As taskleak's own helper that stops a running thread, and those of sanitizers.
TEST(ChildrenTest, AChildWithoutSigchldIsNone) {
  const auto child = static_cast<pid_t>(syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr));
  if (child == 0)
    for (;;) pause();
  EXPECT_FALSE(HasChildren());
  EXPECT_TRUE(ListChildren()->empty());
  kill(child, SIGKILL);
  waitpid(child, nullptr, __WALL);
}

}  // namespace
}  // namespace taskleak::platform
