// What a thread waits for, and the thread that holds it, with threads that really wait.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <latch>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::BlockedThread;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::Look;
using testing::UnitOf;

// A thread that takes a lock, and then blocks with it as long as this object lives.
class Holding {
 public:
  Holding(const std::function<void()>& lock, const std::function<void()>& unlock)
      : thread_(
            [=, this] {
              pthread_setname_np(pthread_self(), "holder");
              lock();
              holds_.count_down();
              end_.wait();
              unlock();
            },
            [this] { LetGo(); }) {
    holds_.wait();
    thread_.AwaitCall(SYS_futex);
  }
  void LetGo() {
    if (!end_.try_wait()) end_.count_down();
  }
  [[nodiscard]] int tid() const { return thread_.tid(); }

 private:
  std::latch holds_{1};
  std::latch end_{1};
  BlockedThread thread_;
};

class MutexKind : public ::testing::TestWithParam<std::pair<const char*, std::array<int, 3>>> {
 protected:
  // Type, protocol, robustness.
  MutexKind() {
    const auto [type, protocol, robustness] = GetParam().second;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutexattr_setrobust(&attributes, robustness);
    EXPECT_EQ(pthread_mutex_init(&mutex_, &attributes), 0);
    pthread_mutexattr_destroy(&attributes);
  }
  ~MutexKind() override { pthread_mutex_destroy(&mutex_); }

  pthread_mutex_t mutex_{};
};

TEST_P(MutexKind, NamesItsOwner) {
  const Snapshot before = Snapshot::Take();
  Holding holder([this] { pthread_mutex_lock(&mutex_); },
                 [this] { pthread_mutex_unlock(&mutex_); });
  const int holder_tid = holder.tid();
  const BlockedThread waiter(
      [this] {
        pthread_mutex_lock(&mutex_);
        pthread_mutex_unlock(&mutex_);
      },
      [&] { holder.LetGo(); });
  waiter.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  const Unit unit = UnitOf(report, waiter.tid());
  EXPECT_EQ(unit.state, WaitState::kMutex);
  EXPECT_EQ(unit.waits_at, reinterpret_cast<std::uintptr_t>(&mutex_));
  ASSERT_TRUE(unit.held_by);
  EXPECT_EQ(unit.held_by->id, holder_tid);
  EXPECT_EQ(unit.held_by->name, "holder");
  EXPECT_EQ(unit.held_by->state, WaitState::kAtomicWait);
  EXPECT_FALSE(unit.held_by->ended);
  EXPECT_FALSE(unit.held_by->stack.empty());
  EXPECT_THAT(report.deadlocks, IsEmpty());
}

constexpr int kNone = PTHREAD_PRIO_NONE;
constexpr int kStalled = PTHREAD_MUTEX_STALLED;
INSTANTIATE_TEST_SUITE_P(
    HolderTest, MutexKind,
    ::testing::Values(
        std::pair{"Normal", std::array{+PTHREAD_MUTEX_NORMAL, kNone, kStalled}},
        std::pair{"Default", std::array{+PTHREAD_MUTEX_DEFAULT, kNone, kStalled}},
        std::pair{"Recursive", std::array{+PTHREAD_MUTEX_RECURSIVE, kNone, kStalled}},
        std::pair{"ErrorCheck", std::array{+PTHREAD_MUTEX_ERRORCHECK, kNone, kStalled}},
        std::pair{"Adaptive", std::array{+PTHREAD_MUTEX_ADAPTIVE_NP, kNone, kStalled}},
        std::pair{"PriorityInherit",
                  std::array{+PTHREAD_MUTEX_NORMAL, +PTHREAD_PRIO_INHERIT, kStalled}},
        std::pair{"Robust", std::array{+PTHREAD_MUTEX_NORMAL, kNone, +PTHREAD_MUTEX_ROBUST}}),
    [](const auto& param) { return std::string(param.param.first); });

TEST(HolderTest, ATimedMutexNamesItsOwnerAndTheTimeLeft) {
  const Snapshot before = Snapshot::Take();
  std::timed_mutex mutex;
  Holding holder([&] { mutex.lock(); }, [&] { mutex.unlock(); });
  const BlockedThread waiter(
      [&] {
        if (mutex.try_lock_for(std::chrono::hours(1))) mutex.unlock();
      },
      [&] { holder.LetGo(); });
  waiter.AwaitCall(SYS_futex);
  const Unit unit = UnitOf(Look(before), waiter.tid());
  EXPECT_EQ(unit.state, WaitState::kMutex);
  ASSERT_TRUE(unit.held_by);
  EXPECT_EQ(unit.held_by->id, holder.tid());
  EXPECT_THAT(unit.detail, EndsWith(" s left"));
}

TEST(HolderTest, AReadWriteLockNamesItsWriter) {
  const Snapshot before = Snapshot::Take();
  std::shared_mutex mutex;
  Holding holder([&] { mutex.lock(); }, [&] { mutex.unlock(); });
  const auto let_go = [&] { holder.LetGo(); };
  const BlockedThread reader([&] { const std::shared_lock lock(mutex); }, let_go);
  const BlockedThread writer([&] { const std::unique_lock lock(mutex); }, let_go);
  reader.AwaitCall(SYS_futex);
  writer.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  for (const int tid : {reader.tid(), writer.tid()}) {
    const Unit unit = UnitOf(report, tid);
    EXPECT_EQ(unit.state, WaitState::kRwlock);
    EXPECT_EQ(unit.waits_at, reinterpret_cast<std::uintptr_t>(&mutex));
    ASSERT_TRUE(unit.held_by);
    EXPECT_EQ(unit.held_by->id, holder.tid());
  }
}

TEST(HolderTest, AReadWriteLockCountsItsReaders) {
  const Snapshot before = Snapshot::Take();
  std::shared_mutex mutex;
  Holding one([&] { mutex.lock_shared(); }, [&] { mutex.unlock_shared(); });
  Holding two([&] { mutex.lock_shared(); }, [&] { mutex.unlock_shared(); });
  const BlockedThread writer([&] { const std::unique_lock lock(mutex); },
                             [&] {
                               one.LetGo();
                               two.LetGo();
                             });
  writer.AwaitCall(SYS_futex);
  const Unit unit = UnitOf(Look(before), writer.tid());
  EXPECT_THAT(unit.detail, EndsWith("held by 2 readers"));
  EXPECT_EQ(unit.waits_at, reinterpret_cast<std::uintptr_t>(&mutex));
  EXPECT_FALSE(unit.held_by);
}

TEST(HolderTest, AJoinNamesTheThread) {
  const Snapshot before = Snapshot::Take();
  std::latch end(1);
  std::atomic<int> joined{0};
  std::thread other([&] {
    joined = gettid();
    end.wait();
  });
  const BlockedThread joiner([&] { other.join(); }, [&] { end.count_down(); });
  joiner.AwaitCall(SYS_futex);
  const Unit unit = UnitOf(Look(before), joiner.tid());
  EXPECT_EQ(unit.state, WaitState::kJoin);
  EXPECT_EQ(unit.waits_at, 0U);
  ASSERT_TRUE(unit.held_by);
  EXPECT_EQ(unit.held_by->id, joined);
}

TEST(HolderTest, TheThreadThatLooksMayBeTheHolder) {
  const Snapshot before = Snapshot::Take();
  std::mutex mutex;
  mutex.lock();
  const BlockedThread waiter([&] { const std::lock_guard lock(mutex); }, [&] { mutex.unlock(); });
  waiter.AwaitCall(SYS_futex);
  const Unit unit = UnitOf(Look(before), waiter.tid());
  ASSERT_TRUE(unit.held_by);
  EXPECT_EQ(unit.held_by->id, gettid());
  EXPECT_EQ(unit.held_by->state, WaitState::kRunning);
}

TEST(HolderTest, AfterTheNotificationTheMutexIsWaitedFor) {
  const Snapshot before = Snapshot::Take();
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  std::atomic<bool> waiting{false};
  const BlockedThread waiter(
      [&] {
        std::unique_lock lock(mutex);
        waiting = true;
        condition.wait(lock, [&] { return stop; });
      },
      [&] { mutex.unlock(); });
  while (!waiting) std::this_thread::yield();
  mutex.lock();  // locked only once the waiter waits
  waiter.AwaitCall(SYS_futex);
  EXPECT_EQ(UnitOf(Look(before), waiter.tid()).state, WaitState::kCondvar);
  stop = true;
  condition.notify_one();
  Unit unit;
  do {
    unit = UnitOf(Look(before), waiter.tid());
  } while (unit.state != WaitState::kMutex);  // otherwise the test's time limit ends it
  EXPECT_EQ(unit.waits_at, reinterpret_cast<std::uintptr_t>(&mutex));
  ASSERT_TRUE(unit.held_by);
  EXPECT_EQ(unit.held_by->id, gettid());
}

}  // namespace
}  // namespace taskleak
