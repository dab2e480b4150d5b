#include "alive/stillness.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "support/repetitions.h"
#include "support/sanitizer.h"
#include "taskleak/internal/own_thread.h"

namespace taskleak::alive {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::BlockedThread;
using testing::ParkedThread;

// Most looks are at one moment, when a thread may be about to go to sleep: so it is asked until it
// is shown. A claim that is refused has no such end, and is asked for a few times.
bool IsShown(Stillness& stillness, std::optional<Stillness::Clock::time_point> until = {}) {
  const auto end = Stillness::Clock::now() + seconds(20);
  while (Stillness::Clock::now() < end) {
    if (stillness.IsShown(until)) return true;
    std::this_thread::yield();
  }
  return false;
}

bool IsRefused(std::optional<Stillness::Clock::time_point> until = {}) {
  constexpr int kLooks = 20;
  Stillness stillness;
  for (int i = 0; i < kLooks; ++i) {
    if (stillness.IsShown(until)) return false;
  }
  return true;
}

// Returns what refuses a claim once all threads are asleep, and none begins or ends.
Obstacle FindObstacleBesideThreads() {
  Stillness stillness;
  const auto end = Stillness::Clock::now() + seconds(20);
  for (;;) {
    stillness.IsShown({});
    const Obstacle found = stillness.obstacle();
    const bool is_of_threads = found == Obstacle::kThread || found == Obstacle::kChange;
    if (!is_of_threads || Stillness::Clock::now() > end) return found;
    std::this_thread::yield();
  }
}

Stillness::Clock::time_point In(Stillness::Clock::duration time) {
  return Stillness::Clock::now() + time;
}

class StillnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  }

  Stillness stillness_;
};

TEST_F(StillnessTest, IsShownWhereThereIsNoOtherThread) { EXPECT_TRUE(IsShown(stillness_)); }

TEST_F(StillnessTest, IsShownWhereEveryThreadWaitsForAnother) {
  std::promise<void> promise;
  std::mutex mutex;
  std::unique_lock held(mutex);
  std::condition_variable changed;
  std::mutex its_mutex;
  bool stop = false;
  const ParkedThread latch;
  const BlockedThread future([f = promise.get_future().share()] { f.wait(); },
                             [&] { promise.set_value(); });
  const BlockedThread lock([&] { const std::lock_guard waits(mutex); }, [&] { held.unlock(); });
  const BlockedThread condition(
      [&] {
        std::unique_lock guard(its_mutex);
        changed.wait(guard, [&] { return stop; });
      },
      [&] {
        const std::lock_guard guard(its_mutex);
        stop = true;
        changed.notify_all();
      });
  std::promise<void> end;
  const BlockedThread join(
      [f = end.get_future().share()] { std::thread([f] { f.wait(); }).join(); },
      [&] { end.set_value(); });
  EXPECT_TRUE(IsShown(stillness_));
}

TEST_F(StillnessTest, IsRefusedWhileAThreadRuns) {
  std::atomic<bool> end{false};
  const BlockedThread busy(
      [&] {
        while (!end.load()) {
        }
      },
      [&] { end.store(true); });
  EXPECT_TRUE(IsRefused());
}

TEST_F(StillnessTest, IsRefusedWhileAThreadWaitsForADescriptor) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const BlockedThread reader(
      [&] {
        char byte = 0;
        EXPECT_EQ(read(pipe[0], &byte, 1), 1);
      },
      [&] { EXPECT_EQ(write(pipe[1], "x", 1), 1); });
  reader.AwaitCall(SYS_read);
  EXPECT_TRUE(IsRefused());
}

TEST_F(StillnessTest, IsRefusedWhileAThreadWaitsForASignal) {
  const BlockedThread waits(
      [] {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR2);
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        int signal = 0;
        sigwait(&set, &signal);
      },
      [&] {});
  waits.AwaitCall(SYS_rt_sigtimedwait);
  EXPECT_TRUE(IsRefused());
  syscall(SYS_tgkill, getpid(), waits.tid(), SIGUSR2);
}

// A thread that waits on a word of its own until a time, or for as long as that is away.
class FutexWaiter {
 public:
  FutexWaiter(int operation, timespec limit)
      : limit_(limit),
        thread_(
            [this, operation] {
              while (word_.load() == 0) {
                syscall(SYS_futex, &word_, operation, 0, &limit_, nullptr, FUTEX_BITSET_MATCH_ANY);
              }
            },
            [this] {
              word_ = 1;
              syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
            }) {
    thread_.AwaitCall(SYS_futex);
  }

  static timespec On(clockid_t clock, seconds from_now) {
    timespec time{};
    clock_gettime(clock, &time);
    time.tv_sec += from_now.count();
    return time;
  }

 private:
  std::atomic<std::uint32_t> word_{0};
  timespec limit_;
  BlockedThread thread_;
};

TEST_F(StillnessTest, KnowsWhetherAnAbsoluteLimitIsBeyondTheTime) {
  for (const auto& [clock, flag] :
       {std::pair{CLOCK_MONOTONIC, 0}, std::pair{CLOCK_REALTIME, FUTEX_CLOCK_REALTIME}}) {
    const FutexWaiter waiter(FUTEX_WAIT_BITSET_PRIVATE | flag,
                             FutexWaiter::On(clock, seconds(100)));
    EXPECT_TRUE(IsShown(stillness_, In(seconds(50))));
    EXPECT_TRUE(IsRefused(In(seconds(200))));
    EXPECT_TRUE(IsRefused()) << "there will be something in the end";
  }
}

TEST_F(StillnessTest, TakesALimitYearsAwayForNone) {
  const FutexWaiter waiter(FUTEX_WAIT_BITSET_PRIVATE,
                           {.tv_sec = std::int64_t{1} << 40, .tv_nsec = 0});
  EXPECT_TRUE(IsShown(stillness_));
}

TEST_F(StillnessTest, CountsARelativeLimitFromTheStartOfTheThread) {
  const FutexWaiter waiter(FUTEX_WAIT_PRIVATE, {.tv_sec = 3600, .tv_nsec = 0});
  EXPECT_TRUE(IsShown(stillness_, In(seconds(60))));
  EXPECT_TRUE(IsRefused(In(hours(1))));
}

TEST_F(StillnessTest, IsRefusedWhileAThreadSleepsForLessThanTheTime) {
  std::atomic<bool> end{false};
  const BlockedThread sleeper(
      [&] {
        while (!end.load()) std::this_thread::sleep_for(milliseconds(200));
      },
      [&] { end.store(true); });
  EXPECT_TRUE(IsRefused(In(seconds(60))));
}

// A word in memory of the given kind, on which a thread waits as std::atomic does.
class WaiterInMemory {
 public:
  explicit WaiterInMemory(int sharing)
      : word_(new (mmap(nullptr, sizeof(Word), PROT_READ | PROT_WRITE, MAP_ANONYMOUS | sharing, -1,
                        0)) Word(0)),
        thread_([this] { Wait(); },
                [this] {
                  *word_ = 1;
                  syscall(SYS_futex, word_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
                }) {
    thread_.AwaitCall(SYS_futex);
  }

 private:
  using Word = std::atomic<std::uint32_t>;

  void Wait() {
    while (word_->load() == 0) syscall(SYS_futex, word_, FUTEX_WAIT, 0, nullptr, nullptr, 0);
  }

  Word* word_;
  BlockedThread thread_;
};

TEST_F(StillnessTest, IsRefusedWhileAThreadWaitsForAWordInSharedMemory) {
  const WaiterInMemory waiter(MAP_SHARED);
  EXPECT_EQ(FindObstacleBesideThreads(), Obstacle::kSharedMemory);
}

TEST_F(StillnessTest, IsShownWhereAWordThatCouldBeSharedIsInPrivateMemory) {
  const WaiterInMemory waiter(MAP_PRIVATE);
  EXPECT_TRUE(IsShown(stillness_));
}

TEST_F(StillnessTest, IsRefusedWhileThereIsAHandlerForASignalFromOutside) {
  const ParkedThread parked;
  struct sigaction action {};
  action.sa_handler = [](int) {};
  struct sigaction before {};
  for (const int signal : {SIGUSR1, SIGALRM, SIGIO, SIGRTMIN}) {
    ASSERT_EQ(sigaction(signal, &action, &before), 0);
    EXPECT_EQ(FindObstacleBesideThreads(), Obstacle::kSignals) << signal;
    ASSERT_EQ(sigaction(signal, &before, nullptr), 0);
  }
  for (const int signal : {SIGTERM, SIGSEGV}) {
    ASSERT_EQ(sigaction(signal, &action, &before), 0);
    EXPECT_TRUE(IsShown(stillness_)) << signal;
    ASSERT_EQ(sigaction(signal, &before, nullptr), 0);
  }
}

TEST_F(StillnessTest, IsRefusedWhileThereIsAChildAliveOrNotWaitedFor) {
  const ParkedThread parked;
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    close(pipe[1]);
    _exit(static_cast<int>(read(pipe[0], &byte, 1)));
  }
  EXPECT_EQ(FindObstacleBesideThreads(), Obstacle::kChildren);
  close(pipe[0]);
  close(pipe[1]);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(FindObstacleBesideThreads(), Obstacle::kChildren);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(IsShown(stillness_));
}

TEST_F(StillnessTest, IsRefusedWhileThereIsAnIoUring) {
  const ParkedThread parked;
  io_uring_params params{};
  const auto ring = static_cast<int>(syscall(SYS_io_uring_setup, 4, &params));
  if (ring < 0) GTEST_SKIP() << "io_uring is not allowed here";
  EXPECT_EQ(FindObstacleBesideThreads(), Obstacle::kRing);
  close(ring);
  EXPECT_TRUE(IsShown(stillness_));
}

// Threads that hand on to successors are never all asleep, though each of them sleeps.
TEST_F(StillnessTest, IsRefusedWhileThreadsStartOthersAndEnd) {
  std::atomic<bool> end{false};
  std::atomic<int> alive{1};
  std::function<void()> live = [&] {
    if (!end.load()) {
      ++alive;
      std::thread(live).detach();
    }
    --alive;
  };
  std::thread(live).detach();
  EXPECT_TRUE(IsRefused());
  end = true;
  while (alive.load() != 0) std::this_thread::yield();
}

// Each of them may be asleep when it is looked at, but never both at one moment. Those between them
// are there to make the looks longer.
TEST_F(StillnessTest, IsRefusedWhileTwoThreadsWakeEachOther) {
  const int enough = testing::Repetitions(20'000);
  std::mutex mutex;
  std::condition_variable changed;
  bool turn = false;
  bool end = false;
  std::atomic<int> turns{0};
  const auto play = [&](bool own) {
    std::unique_lock lock(mutex);
    while (!end) {
      turn = !own;
      ++turns;
      changed.notify_one();
      changed.wait(lock, [&] { return turn == own || end; });
    }
  };
  const auto stop = [&] {
    const std::lock_guard lock(mutex);
    end = true;
    changed.notify_all();
  };
  const BlockedThread one([&] { play(false); }, stop);
  const std::array<ParkedThread, 16> between{};
  const BlockedThread two([&] { play(true); }, stop);
  while (turns < enough) ASSERT_FALSE(Stillness().IsShown({}));
}

TEST_F(StillnessTest, IsShownBesideAThreadOfTaskleaksOwnThatWaitsForATime) {
  const ParkedThread parked;
  std::atomic<bool> end{false};
  const auto nap = [&] {
    while (!end.load()) std::this_thread::sleep_for(milliseconds(50));
  };
  internal::OwnThread silent("taskleak-test", nap);
  EXPECT_TRUE(IsShown(stillness_));
  internal::OwnThread calls("taskleak-test", nap, /*calls_program=*/true);
  EXPECT_TRUE(IsRefused()) << "what it calls might wake a thread";
  end = true;
  silent.Join();
  calls.Join();
}

}  // namespace
}  // namespace taskleak::alive
