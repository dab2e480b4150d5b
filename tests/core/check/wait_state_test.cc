// Every wait state but those of descriptors, from a thread that really waits so.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check/state_of.h"

namespace taskleak {
namespace {

using ::testing::MatchesRegex;
using testing::StateOf;
using testing::UnitOf;

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

TEST(WaitStateTest, Mutex) {
  std::mutex mutex;
  mutex.lock();
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { const std::lock_guard lock(mutex); }, [&] { mutex.unlock(); }),
            "mutex");
}

TEST(WaitStateTest, RwlockForReadingAndForWriting) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  for (const auto take : {&pthread_rwlock_rdlock, &pthread_rwlock_wrlock}) {
    pthread_rwlock_wrlock(&lock);
    EXPECT_EQ(StateOf(
                  SYS_futex,
                  [&] {
                    take(&lock);
                    pthread_rwlock_unlock(&lock);
                  },
                  [&] { pthread_rwlock_unlock(&lock); }),
              "rwlock");
  }
}

TEST(WaitStateTest, ConditionVariableWithAndWithoutATimeLimit) {
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  const auto release = [&] {
    const std::lock_guard lock(mutex);
    stop = true;
    condition.notify_all();
  };
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  std::unique_lock lock(mutex);
                  condition.wait(lock, [&] { return stop; });
                },
                release),
            "condvar");
  stop = false;
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  std::unique_lock lock(mutex);
                  condition.wait_for(lock, std::chrono::hours(1), [&] { return stop; });
                },
                release),
            "condvar");
}

TEST(WaitStateTest, Join) {
  std::latch latch(1);
  std::thread other([&] { latch.wait(); });
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { other.join(); }, [&] { latch.count_down(); }),
            "join");
}

TEST(WaitStateTest, Semaphores) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { sem_wait(&semaphore); }, [&] { sem_post(&semaphore); }),
            "semaphore");
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
                  sem_timedwait(&semaphore, &far);
                },
                [&] { sem_post(&semaphore); }),
            "semaphore");
  sem_destroy(&semaphore);
}

TEST(WaitStateTest, Future) {
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { future.wait(); }, [&] { promise.set_value(); }),
            "future");
}

TEST(WaitStateTest, AtomicLatchAndCountingSemaphoreAreAtomicWaits) {
  std::atomic<int> value{0};
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { value.wait(0); },
                [&] {
                  value.store(1);
                  value.notify_all();
                }),
            "atomic_wait");
  std::latch latch(1);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { latch.wait(); }, [&] { latch.count_down(); }),
            "atomic_wait");
  std::counting_semaphore<> semaphore(0);
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { semaphore.acquire(); }, [&] { semaphore.release(); }),
            "atomic_wait");
}

TEST(WaitStateTest, FutexOfTheProgramsOwn) {
  std::atomic<int> word{0};
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0); },
                [&] { syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }),
            "futex");
}

TEST(WaitStateTest, SleepTellsItsTime) {
  Interrupter interrupter;
  const Unit relative = UnitOf(
      SYS_clock_nanosleep,
      [&] {
        interrupter.Enter();
        sleep(3600);
      },
      [&] { interrupter.Interrupt(); });
  EXPECT_EQ(relative.state, WaitState::kSleep);
  EXPECT_EQ(relative.detail, "for 3600.0 s");
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 3600;
  const Unit absolute = UnitOf(
      SYS_clock_nanosleep,
      [&] {
        interrupter.Enter();
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
      },
      [&] { interrupter.Interrupt(); });
  EXPECT_THAT(absolute.detail, MatchesRegex("3[0-9]+\\.[0-9] s left"));
}

TEST(WaitStateTest, WaitingForAChild) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  EXPECT_EQ(StateOf(
                SYS_wait4, [&] { waitpid(child, nullptr, 0); }, [&] { kill(child, SIGKILL); }),
            "wait_child");
}

TEST(WaitStateTest, WaitingForASignal) {
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

TEST(WaitStateTest, ReceivingFromAMessageQueueHasNoDescriptor) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  const Unit unit = UnitOf(
      SYS_msgrcv,
      [&] {
        std::array<long, 4> message{};
        msgrcv(queue, message.data(), sizeof(long), 0, 0);
      },
      [&] { msgctl(queue, IPC_RMID, nullptr); });
  EXPECT_EQ(unit.state, WaitState::kRecv);
  EXPECT_EQ(unit.detail, "");
}

TEST(WaitStateTest, AnythingElseIsOther) {
  const std::string path = ::testing::TempDir() + "wait_state_lock";
  const int holder = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  flock(holder, LOCK_EX);
  EXPECT_EQ(StateOf(
                SYS_flock,
                [&] {
                  const int other = open(path.c_str(), O_RDWR | O_CLOEXEC);
                  flock(other, LOCK_EX);
                  close(other);
                },
                [&] { flock(holder, LOCK_UN); }),
            "other");
  close(holder);
  unlink(path.c_str());
}

}  // namespace
}  // namespace taskleak
