#include "linux/proc/thread_list.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "environment/deny.h"
#include "linux/proc/task_directory.h"

namespace taskleak::platform {
namespace {

TEST(TaskDirectoryTest, LeavesNoDescriptorWhenItFails) {
  const pid_t child = fork();
  if (child == 0) {
    const int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    for (const long call : {SYS_fstat, SYS_newfstatat}) environment::Deny(call, EACCES);
    TaskDirectory directory;
    const bool fails = directory.Open().error() == Error{EACCES};
    _exit(fails && dup(STDERR_FILENO) == lowest_free ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == environment::kNotSetUp) GTEST_SKIP() << "seccomp is denied here";
  EXPECT_EQ(status, 0);
}

bool Lists(const ThreadIds& ids, int tid) {
  return std::any_of(ids.begin(), ids.end(), [tid](const ThreadId& id) { return id.tid == tid; });
}

// A thread that is alive until it is ended.
class Parked {
 public:
  Parked() { started_.wait(); }
  ~Parked() {
    end_.count_down();
    thread_.join();
  }
  [[nodiscard]] int tid() const { return tid_; }

 private:
  std::latch started_{1};
  std::latch end_{1};
  int tid_ = 0;
  std::thread thread_{[this] {
    tid_ = gettid();
    started_.count_down();
    end_.wait();
  }};
};

TEST(ThreadListTest, ListsTheCallerAndANewThreadWithItsStartTime) {
  const auto before = ListThreads();
  ASSERT_TRUE(before);
  EXPECT_TRUE(Lists(**before, gettid()));
  const Parked parked;
  const auto during = ListThreads();
  ASSERT_TRUE(Lists(**during, parked.tid()));
  EXPECT_FALSE(Lists(**before, parked.tid()));
  for (const ThreadId& id : **during) EXPECT_GT(id.start_ticks, 0U);
  EXPECT_TRUE(std::ranges::is_sorted(**during));
}

TEST(ThreadListTest, ReturnsTheSameListWhileNothingChanges) {
  const Parked parked;
  const auto last = ListThreads();
  ASSERT_TRUE(last);
  EXPECT_EQ(ListThreads(), *last);
}

// Each look reads about every thread of the list, and meanwhile the living may end.
TEST(ThreadListTest, FewThreadsStayListedAfterTheirEnd) {
  for (int i = 0; i < 60; ++i) {
    const Parked parked;
    ASSERT_LT((*ListThreads())->size(), CountThreads() + 16) << "after " << i << " threads";
  }
}

TEST(ThreadListTest, AForkedChildSeesItself) {
  const Parked parked;
  ASSERT_TRUE(Lists(**ListThreads(), parked.tid()));
  const pid_t child = fork();
  if (child == 0) {
    const auto ids = ListThreads();
    _exit(ids && (*ids)->size() == 1 && (*ids)->front().tid == gettid() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace taskleak::platform
