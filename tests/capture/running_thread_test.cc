// Threads that run are asked for their stack by a signal.
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "platform/linux/signal_look.h"
#include "platform/stack_reader.h"
#include "support/sanitizer.h"

namespace taskleak::capture {
namespace {

using platform::LookAtThread;
using platform::ThreadLook;
using testing::HasSubstr;

// Uses the processor until told to end.
class Spinner {
 public:
  explicit Spinner(std::size_t stack_size = 0)
      : thread_(
            [this] {
              while (!end_.load(std::memory_order_relaxed))
                rounds_.fetch_add(1, std::memory_order_relaxed);
            },
            stack_size) {
    while (rounds_ == 0) std::this_thread::yield();
  }
  ~Spinner() { end_ = true; }
  [[nodiscard]] const WatchedThread& thread() const { return thread_; }

 private:
  std::atomic<bool> end_{false};
  std::atomic<std::uint64_t> rounds_{0};
  WatchedThread thread_;
};

sigset_t OnlySigurg() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGURG);
  return set;
}

struct sigaction CurrentAction() {
  struct sigaction action {};
  sigaction(SIGURG, nullptr, &action);
  return action;
}

TEST(RunningThreadTest, IsReadWhole) {
  const Spinner spinner;
  for (int i = 0; i < 200; ++i) {
    const ThreadLook look = LookAtThread(spinner.thread().tid());
    ASSERT_FALSE(look.gone);
    ASSERT_TRUE(look.at.running);
    ASSERT_EQ(Compare(look.stack, spinner.thread().callers()), "");
  }
  EXPECT_EQ(CurrentAction().sa_handler, SIG_DFL);
}

TEST(RunningThreadTest, ThatBlocksTheSignalIsReportedWithTheReason) {
  const sigset_t set = OnlySigurg();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const Spinner spinner;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  const ThreadLook look = LookAtThread(spinner.thread().tid());
  EXPECT_TRUE(look.at.running);
  EXPECT_TRUE(look.stack.frames.empty());
  EXPECT_EQ(look.stack.missing, "running, and it blocks SIGURG, so its stack could not be copied");
}

TEST(RunningThreadTest, WithASmallStackIsNotSentASignal) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer makes stacks larger";
  const Spinner spinner(static_cast<std::size_t>(PTHREAD_STACK_MIN) + 16384);
  const ThreadLook look = LookAtThread(spinner.thread().tid());
  EXPECT_TRUE(look.stack.frames.empty());
  EXPECT_THAT(look.stack.missing, HasSubstr("may have no room for a signal handler"));
}

// Waits for a child made with CLONE_VFORK: it takes no signals meanwhile (kernel/fork.c,
// wait_for_vfork_done).
class DeafThread {
 public:
  DeafThread()
      : thread_([this] {
          const long child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
          if (child == 0) syscall(SYS_exit_group, gate_.Pass() ? 0 : 1);
          waitpid(static_cast<pid_t>(child), nullptr, 0);
        }) {}
  bool WaitUntilDeaf() { return thread_.WaitUntilIn(SYS_clone); }
  void End() {
    gate_.Open();
    thread_.Join();
  }
  [[nodiscard]] int tid() const { return thread_.tid(); }

 private:
  Gate gate_;
  WatchedThread thread_;
};

TEST(RunningThreadTest, ALateAnswerFindsItsRequestWithdrawn) {
  DeafThread deaf;
  ASSERT_TRUE(deaf.WaitUntilDeaf());
  platform::StackImage image;
  const ThreadLook look = platform::LookBySignal(deaf.tid(), {{}, "deaf", false}, image);
  EXPECT_EQ(look.stack.missing, "deaf, and it did not answer SIGURG within 100 ms");
  EXPECT_NE(CurrentAction().sa_handler, SIG_DFL) << "the signal is still to come";
  {
    // Another one's request meanwhile.
    const Spinner spinner;
    EXPECT_EQ(Compare(LookAtThread(spinner.thread().tid()).stack, spinner.thread().callers()), "");
  }
  deaf.End();
  const Spinner spinner;
  EXPECT_EQ(Compare(LookAtThread(spinner.thread().tid()).stack, spinner.thread().callers()), "");
  EXPECT_EQ(CurrentAction().sa_handler, SIG_DFL);
}

std::atomic<int> g_own_signals{0};

TEST(RunningThreadTest, AHandlerOfTheProgramGetsItsOwnSignalsAndNoOthers) {
  struct sigaction action {};
  action.sa_handler = [](int) { ++g_own_signals; };
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGURG, &action, &before), 0);
  const Spinner spinner;
  const auto signals_that_arrive = [&spinner] {
    pthread_kill(spinner.thread().handle(), SIGURG);
    WaitFor([] { return g_own_signals != 0; });
    return g_own_signals.exchange(0);
  };
  LookAtThread(spinner.thread().tid());
  EXPECT_EQ(g_own_signals, 0);
  EXPECT_EQ(CurrentAction().sa_handler, action.sa_handler);
  EXPECT_EQ(signals_that_arrive(), 1) << "the handler is back";
  DeafThread deaf;
  ASSERT_TRUE(deaf.WaitUntilDeaf());
  platform::StackImage image;
  platform::LookBySignal(deaf.tid(), {{}, "deaf", false}, image);
  EXPECT_NE(CurrentAction().sa_handler, action.sa_handler) << "a signal is still to come";
  EXPECT_EQ(signals_that_arrive(), 1) << "it is passed on";
  deaf.End();
  EXPECT_EQ(g_own_signals, 0);
  LookAtThread(spinner.thread().tid());
  EXPECT_EQ(CurrentAction().sa_handler, action.sa_handler);
  sigaction(SIGURG, &before, nullptr);
}

TEST(RunningThreadTest, ThatHasEndedIsGone) {
  WatchedThread thread([] {});
  const int tid = thread.tid();
  thread.Join();
  ASSERT_TRUE(WaitFor([tid] { return LookAtThread(tid).gone; }));
  platform::StackImage image;
  EXPECT_TRUE(platform::LookBySignal(tid, {{}, "ended", false}, image).gone);
}

}  // namespace
}  // namespace taskleak::capture
