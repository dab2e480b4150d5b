// Every wait state of futexes, by threads that really wait.
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/explain/state_of.h"
#include "explain/wait_state.h"
#include "linux/proc/thread_info.h"
#include "support/parked_thread.h"
#include "symbolize/resolved_stack.h"

namespace taskleak {
namespace {

using ::testing::AnyOf;
using testing::BlockedThread;
using testing::FindingOf;
using testing::StateOf;

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

// Returns the state of a thread that blocks in `block`, as it is found without a stack.
WaitState StateWithoutAStack(const std::function<void()>& block,
                             const std::function<void()>& release) {
  const BlockedThread thread(block, release);
  thread.AwaitCall(SYS_futex);
  const auto at = platform::ReadBlockedAt(thread.tid());
  return at ? explain::ClassifyWait(*at, symbolize::ResolvedStack()).state : WaitState::kOther;
}

// Condition variables wait with the same arguments as semaphores.
TEST(WaitStateTest, WithoutAStackAConditionVariableIsNoSemaphore) {
  for (const int shared : {PTHREAD_PROCESS_PRIVATE, PTHREAD_PROCESS_SHARED}) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, shared);
    pthread_cond_t condition;
    pthread_cond_init(&condition, &attributes);
    pthread_condattr_destroy(&attributes);
    std::mutex mutex;
    bool stop = false;
    const auto wait = [&] {
      const std::lock_guard lock(mutex);
      while (!stop) pthread_cond_wait(&condition, mutex.native_handle());
    };
    const auto release = [&] {
      const std::lock_guard lock(mutex);
      stop = true;
      pthread_cond_signal(&condition);
    };
    EXPECT_THAT(StateWithoutAStack(wait, release), AnyOf(WaitState::kFutex, WaitState::kCondvar))
        << shared;
    pthread_cond_destroy(&condition);
  }
}

// A writer waits for readers with the same arguments as for a mutex with a time limit and, if
// processes share the lock, with those of a join.
TEST(WaitStateTest, WithoutAStackAReadWriteLockIsNoMutexAndNoJoin) {
  for (const int shared : {PTHREAD_PROCESS_PRIVATE, PTHREAD_PROCESS_SHARED}) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, shared);
    pthread_rwlock_t lock;
    pthread_rwlock_init(&lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    pthread_rwlock_rdlock(&lock);
    const auto write = [&] {
      pthread_rwlock_wrlock(&lock);
      pthread_rwlock_unlock(&lock);
    };
    EXPECT_THAT(StateWithoutAStack(write, [&] { pthread_rwlock_unlock(&lock); }),
                AnyOf(WaitState::kFutex, WaitState::kRwlock))
        << shared;
    pthread_rwlock_destroy(&lock);
  }
}

TEST(WaitStateTest, WithoutAStackAMutexAndAJoinAreStillKnown) {
  std::mutex mutex;
  mutex.lock();
  EXPECT_EQ(StateWithoutAStack([&] { const std::lock_guard lock(mutex); }, [&] { mutex.unlock(); }),
            WaitState::kMutex);
  std::latch latch(1);
  std::thread other([&] { latch.wait(); });
  EXPECT_THAT(StateWithoutAStack([&] { other.join(); }, [&] { latch.count_down(); }),
              AnyOf(WaitState::kJoin, WaitState::kFutex));  // kFutex: its id is very small
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

TEST(WaitStateTest, TimedWaitsOfTheCxxRuntimeAreTheSame) {
  std::counting_semaphore<> semaphore(0);
  EXPECT_EQ(
      StateOf(
          SYS_futex, [&] { static_cast<void>(semaphore.try_acquire_for(std::chrono::hours(1))); },
          [&] { semaphore.release(); }),
      "atomic_wait");
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  EXPECT_EQ(
      StateOf(
          SYS_futex,
          [&] { future.wait_until(std::chrono::system_clock::now() + std::chrono::hours(1)); },
          [&] { promise.set_value(); }),
      "future");
}

TEST(WaitStateTest, ABarrierIsNoMutexAndHasNoHolder) {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  // In its second round, the barrier waits with the same value as a waiter for a mutex.
  std::thread other([&] { pthread_barrier_wait(&barrier); });
  pthread_barrier_wait(&barrier);
  other.join();
  const explain::Finding found = FindingOf(
      SYS_futex, [&] { pthread_barrier_wait(&barrier); }, [&] { pthread_barrier_wait(&barrier); });
  EXPECT_EQ(found.unit.state, WaitState::kFutex);
  EXPECT_FALSE(found.hold.has_value());
  pthread_barrier_destroy(&barrier);
}

TEST(WaitStateTest, ANamedSemaphoreIsASemaphore) {
  const std::string name = "/taskleak_wait_state_" + std::to_string(getpid());
  sem_t* const semaphore = sem_open(name.c_str(), O_CREAT, 0600, 0);
  ASSERT_NE(semaphore, SEM_FAILED);
  sem_unlink(name.c_str());
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { sem_wait(semaphore); }, [&] { sem_post(semaphore); }),
            "semaphore");
  EXPECT_EQ(StateOf(
                SYS_futex,
                [&] {
                  const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
                  sem_timedwait(semaphore, &far);
                },
                [&] { sem_post(semaphore); }),
            "semaphore");
  sem_close(semaphore);
}

// The arguments that glibc and libstdc++ pass for a mutex, a mutex with a time limit, a semaphore,
// a join and a future.
struct LookAlike {
  int operation;
  unsigned value;
  bool timed;
};

class OwnFutexTest : public ::testing::TestWithParam<LookAlike> {};

TEST_P(OwnFutexTest, IsNothingElseWhateverItsArgumentsAre) {
  const auto operation = GetParam().operation;
  const auto value = GetParam().value;
  const auto timed = GetParam().timed;
  std::array<std::atomic<unsigned>, 10> words{};
  words[0] = value;
  words[2] = static_cast<unsigned>(getpid());  // a mutex has its owner there
  timespec until{};
  clock_gettime((operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &until);
  until.tv_sec += 3600;
  const explain::Finding found = FindingOf(
      SYS_futex,
      [&] {
        syscall(SYS_futex, words.data(), operation, value, timed ? &until : nullptr, nullptr, ~0U);
      },
      [&] {
        words[0] = value + 1;
        syscall(SYS_futex, words.data(), FUTEX_WAKE | (operation & FUTEX_PRIVATE_FLAG), 1, nullptr,
                nullptr, 0);
      });
  EXPECT_EQ(found.unit.state, WaitState::kFutex);
  EXPECT_FALSE(found.hold.has_value());
  EXPECT_EQ(found.unit.waits_at, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, OwnFutexTest,
    ::testing::Values(LookAlike{FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, false},
                      LookAlike{FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 2, false},
                      LookAlike{FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, true},
                      LookAlike{FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0,
                                true},
                      LookAlike{FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 12345, true},
                      LookAlike{FUTEX_WAIT, 0x80000000, false}));

TEST(WaitStateTest, FutexOfTheProgramsOwn) {
  std::atomic<int> word{0};
  EXPECT_EQ(StateOf(
                SYS_futex, [&] { syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0); },
                [&] { syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }),
            "futex");
}

TEST(WaitStateTest, ALimitBeyondAllTimeIsNotTold) {
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  const explain::Finding found = FindingOf(
      SYS_futex,
      [&] {
        std::unique_lock lock(mutex);
        condition.wait_until(lock, std::chrono::steady_clock::time_point::max(),
                             [&] { return stop; });
      },
      [&] {
        const std::lock_guard lock(mutex);
        stop = true;
        condition.notify_all();
      });
  EXPECT_EQ(found.unit.state, WaitState::kCondvar);
  EXPECT_EQ(found.detail.wait.index(), 0U);
}

// The function that waits for a read-write lock in a stack where it, or its caller too, is guessed.
std::string_view FunctionInStack(bool function_guessed, bool caller_guessed) {
  const std::vector<std::string> names{"__futex_abstimed_wait64", "__pthread_rwlock_wrlock",
                                       "Program::Run"};
  std::vector<Frame> frames(names.size());
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].address = 0x1000 * (i + 1);
  frames[1].guessed = function_guessed;
  frames[2].guessed = caller_guessed;
  const explain::Wait wait =
      explain::ClassifyWait({.number = SYS_futex}, {Stack(std::move(frames)), names});
  EXPECT_EQ(wait.state, WaitState::kRwlock);
  return wait.function;
}

TEST(WaitStateTest, NamesTheFunctionUnlessItsCallerIsGuessedToo) {
  EXPECT_EQ(FunctionInStack(false, false), "pthread_rwlock_wrlock");
  EXPECT_EQ(FunctionInStack(true, false), "pthread_rwlock_wrlock");
  EXPECT_EQ(FunctionInStack(true, true), "");
}

}  // namespace
}  // namespace taskleak
