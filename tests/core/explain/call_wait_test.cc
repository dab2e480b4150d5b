// Waits in system calls without a descriptor, by threads that really wait.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/explain/state_of.h"

namespace taskleak {
namespace {

using namespace std::chrono_literals;
using explain::CallWait;
using explain::DescriptorWait;
using explain::SleepWait;
using explain::TimeFacts;
using ::testing::EndsWith;
using testing::FindingOf;
using testing::StateOf;
using testing::WaitOf;

// Ends a call of thread `tid` that only a signal can end.
class Interrupter {
 public:
  Interrupter() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, &before_);
  }
  ~Interrupter() { sigaction(SIGUSR1, &before_, nullptr); }
  void Enter() { tid_ = gettid(); }
  void Interrupt() const { tgkill(getpid(), tid_, SIGUSR1); }

 private:
  struct sigaction before_ {};
  std::atomic<int> tid_{0};
};

TimeFacts LimitOfSleep(const std::function<void()>& sleep) {
  Interrupter interrupter;
  const explain::Finding found = FindingOf(
      SYS_clock_nanosleep,
      [&] {
        interrupter.Enter();
        sleep();
      },
      [&] { interrupter.Interrupt(); });
  EXPECT_EQ(found.unit.state, WaitState::kSleep);
  return WaitOf<SleepWait>(found).limit;
}

TEST(CallWaitTest, ASleepHasItsDuration) {
  EXPECT_EQ(LimitOfSleep([] { sleep(3600); }), (TimeFacts{TimeFacts::Kind::kInAll, 3600s}));
  EXPECT_EQ(LimitOfSleep([] { usleep(999'000); }), (TimeFacts{TimeFacts::Kind::kInAll, 999ms}));
}

TEST(CallWaitTest, ASleepUntilSomeTimeHasWhatIsLeft) {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 3600;
  const TimeFacts limit =
      LimitOfSleep([&] { clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr); });
  EXPECT_EQ(limit.kind, TimeFacts::Kind::kLeft);
  EXPECT_LE(limit.time, 3600s);
  EXPECT_GT(limit.time, 3000s);
}

TEST(CallWaitTest, ASleepBeyondAllTimeIsForEver) {
  const timespec most{std::numeric_limits<time_t>::max(), 0};
  EXPECT_EQ(LimitOfSleep([&] { nanosleep(&most, nullptr); }).kind, TimeFacts::Kind::kForEver);
}

TEST(CallWaitTest, WaitingForAChild) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  EXPECT_EQ(StateOf(
                SYS_wait4, [&] { waitpid(child, nullptr, 0); }, [&] { kill(child, SIGKILL); }),
            "wait_child");
}

TEST(CallWaitTest, WaitingForASignal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  std::atomic<int> tid{0};
  EXPECT_EQ(StateOf(
                SYS_rt_sigtimedwait,
                [&] {
                  pthread_sigmask(SIG_BLOCK, &set, nullptr);
                  tid = gettid();
                  int signal = 0;
                  sigwait(&set, &signal);
                },
                [&] { tgkill(getpid(), tid, SIGUSR2); }),
            "signal_wait");
}

TEST(CallWaitTest, ReceivingFromAMessageQueueHasNoDescriptor) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  const explain::Finding found = FindingOf(
      SYS_msgrcv,
      [&] {
        std::array<long, 4> message{};
        msgrcv(queue, message.data(), sizeof(long), 0, 0);
      },
      [&] { msgctl(queue, IPC_RMID, nullptr); });
  EXPECT_EQ(found.unit.state, WaitState::kRecv);
  EXPECT_EQ(found.detail.wait.index(), 0U);
}

// A wait without a state of its own names the call and its object.
TEST(CallWaitTest, ALockOnAFileNamesTheFile) {
  const std::string path = ::testing::TempDir() + "wait_state_lock";
  const int holder = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  flock(holder, LOCK_EX);
  const explain::Finding found = FindingOf(
      SYS_flock,
      [&] {
        const int other = open(path.c_str(), O_RDWR | O_CLOEXEC);
        flock(other, LOCK_EX);
        close(other);
      },
      [&] { flock(holder, LOCK_UN); });
  EXPECT_EQ(found.unit.state, WaitState::kOther);
  const auto wait = WaitOf<CallWait>(found);
  EXPECT_EQ(wait.name, "flock");
  const auto* const on = std::get_if<explain::DescriptorFacts>(&wait.about);
  ASSERT_NE(on, nullptr);
  const auto* const file = std::get_if<platform::OtherFile>(&on->file);
  ASSERT_NE(file, nullptr);
  EXPECT_THAT(file->name, EndsWith("/wait_state_lock"));
  close(holder);
  unlink(path.c_str());
}

TEST(CallWaitTest, OpeningAFifoNamesIt) {
  const std::string path = ::testing::TempDir() + "wait_state_fifo";
  unlink(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const explain::Finding found = FindingOf(
      SYS_openat, [&] { close(open(path.c_str(), O_RDONLY | O_CLOEXEC)); },
      [&] { close(open(path.c_str(), O_WRONLY | O_CLOEXEC)); });
  EXPECT_EQ(found.unit.state, WaitState::kOther);
  const auto wait = WaitOf<CallWait>(found);
  EXPECT_EQ(wait.name, "openat");
  const auto* const about = std::get_if<explain::PathFacts>(&wait.about);
  ASSERT_NE(about, nullptr);
  EXPECT_EQ(about->path, path);
  unlink(path.c_str());
}

// The same number is another descriptor in the table of the thread that looks.
TEST(CallWaitTest, ADescriptorOfATableOfTheThreadsOwn) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const int number = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const explain::Finding found = FindingOf(
      SYS_read,
      [&] {
        ASSERT_EQ(unshare(CLONE_FILES), 0);
        ASSERT_EQ(dup2(ends[0], number), number);
        char c = 0;
        EXPECT_EQ(read(number, &c, 1), 1);
      },
      [&] { EXPECT_EQ(write(ends[1], "x", 1), 1); });
  const auto wait = WaitOf<DescriptorWait>(found);
  EXPECT_EQ(wait.on.number, number);
  EXPECT_TRUE(std::holds_alternative<platform::OpenPipe>(wait.on.file));
  ASSERT_TRUE(wait.other_end && wait.other_end->at);
  EXPECT_TRUE(wait.other_end->writes);
  for (const int fd : {ends[0], ends[1], number}) close(fd);
}

}  // namespace
}  // namespace taskleak
