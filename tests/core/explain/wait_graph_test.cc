// Holders of the locks that threads wait for, and deadlocks, with threads that really wait.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/wait_graph.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "support/planted_circle.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::BlockedThread;
using testing::Edge;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Look;
using testing::PlantedCircle;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

Unit UnitOf(const LeakReport& report, int tid) {
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.id == tid) return unit;
    }
  }
  ADD_FAILURE() << "thread " << tid << " is not reported";
  return {};
}

std::vector<int> Ids(const Deadlock& deadlock) {
  std::vector<int> ids;
  for (const Unit& unit : deadlock.units) ids.push_back(static_cast<int>(unit.id));
  return ids;
}

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
    WaitGraphTest, MutexKind,
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

TEST(WaitGraphTest, ATimedMutexNamesItsOwnerAndTheTimeLeft) {
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

TEST(WaitGraphTest, AReadWriteLockNamesItsWriter) {
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

TEST(WaitGraphTest, AReadWriteLockCountsItsReaders) {
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

TEST(WaitGraphTest, AJoinNamesTheThread) {
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

TEST(WaitGraphTest, TheThreadThatLooksMayBeTheHolder) {
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

TEST(WaitGraphTest, AfterTheNotificationTheMutexIsWaitedFor) {
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

TEST(WaitGraphTest, ACircleOfAnyLengthIsADeadlock) {
  for (std::size_t length = 2; length <= 4; ++length) {
    const Snapshot before = Snapshot::Take();
    const PlantedCircle circle(std::vector(length, Edge::kMutex));
    circle.AwaitClosed();
    const LeakReport report = Look(before);
    ASSERT_EQ(report.deadlocks.size(), 1U);
    const Deadlock& deadlock = report.deadlocks[0];
    EXPECT_EQ(deadlock.kind, Deadlock::Kind::kCycle);
    ASSERT_EQ(deadlock.units.size(), length);
    for (std::size_t i = 0; i < length; ++i) {
      const Unit& unit = deadlock.units[i];
      ASSERT_TRUE(unit.held_by);
      EXPECT_EQ(unit.held_by->id, deadlock.units[(i + 1) % length].id);
      EXPECT_FALSE(unit.stack.empty());
      EXPECT_FALSE(unit.held_by->stack.empty());
    }
    for (const LeakGroup& group : report.groups) {
      EXPECT_TRUE(group.deadlock);
      EXPECT_EQ(group.hint, "");
    }
  }
}

TEST(WaitGraphTest, AThreadThatWaitsForItsOwnMutexIsADeadlock) {
  const Snapshot before = Snapshot::Take();
  const PlantedCircle circle({Edge::kMutex});
  circle.AwaitClosed();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U);
  EXPECT_EQ(report.deadlocks[0].kind, Deadlock::Kind::kSelf);
  EXPECT_THAT(Ids(report.deadlocks[0]), ElementsAre(circle.tid(0)));
  EXPECT_THAT(report.ToText(), HasSubstr("DEADLOCK: waiting for a mutex"));
}

TEST(WaitGraphTest, JoinsAndReadWriteLocksCloseACircleToo) {
  for (const Edge edge : {Edge::kJoin, Edge::kReadLock, Edge::kWriteLock}) {
    const Snapshot before = Snapshot::Take();
    const PlantedCircle circle({edge, Edge::kMutex});
    circle.AwaitClosed();
    const LeakReport report = Look(before);
    ASSERT_EQ(report.deadlocks.size(), 1U) << static_cast<int>(edge);
    std::vector<int> ids = Ids(report.deadlocks[0]);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, circle.tids());
  }
}

TEST(WaitGraphTest, ALeakBehindADeadlockOfThreadsThatWereThereBeforeNamesIt) {
  std::optional<PlantedCircle> circle(std::in_place, std::vector(2, Edge::kMutex));
  circle->AwaitClosed();
  circle->ExpectFollower();
  const Snapshot before = Snapshot::Take();
  const BlockedThread victim([&] { circle->WaitBehind(); }, [&] { circle.reset(); });
  victim.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_FALSE(report.groups[0].deadlock);
  ASSERT_TRUE(report.groups[0].first().held_by);
  EXPECT_EQ(report.groups[0].first().held_by->id, circle->tid(1));
  ASSERT_EQ(report.deadlocks.size(), 1U);
  std::vector<int> ids = Ids(report.deadlocks[0]);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, circle->tids());
}

// Both what is in the circle and what waits for it.
TEST(WaitGraphTest, AThreadThatCanNeverGoOnIsInADeadlock) {
  for (const Edge edge : {Edge::kMutex, Edge::kJoin, Edge::kReadLock, Edge::kWriteLock}) {
    std::optional<PlantedCircle> circle(std::in_place, std::vector{edge, Edge::kMutex});
    circle->AwaitClosed();
    for (const int tid : circle->tids()) EXPECT_TRUE(explain::IsInDeadlock(tid));
    circle->ExpectFollower();
    const BlockedThread victim([&] { circle->WaitBehind(); }, [&] { circle.reset(); });
    victim.AwaitCall(SYS_futex);
    EXPECT_TRUE(explain::IsInDeadlock(victim.tid()));
  }
}

TEST(WaitGraphTest, AThreadWhoseHolderIsOnlyBusyIsNotInADeadlock) {
  std::latch end(1);
  const testing::ParkedThread parked;
  parked.AwaitAsleep();
  EXPECT_FALSE(explain::IsInDeadlock(parked.tid()));
  std::thread other([&] { end.wait(); });
  const BlockedThread joiner([&] { other.join(); }, [&] { end.count_down(); });
  joiner.AwaitCall(SYS_futex);
  EXPECT_FALSE(explain::IsInDeadlock(joiner.tid()));
}

TEST(WaitGraphTest, ACircleThatATimeLimitWillBreakIsNoDeadlock) {
  const Snapshot before = Snapshot::Take();
  std::timed_mutex one;
  std::timed_mutex other;
  std::atomic<int> holding{0};
  const auto hold = [&](std::timed_mutex& mutex) {
    mutex.lock();
    for (++holding; holding < 2;) std::this_thread::yield();
  };
  const BlockedThread limited(
      [&] {
        hold(one);
        EXPECT_TRUE(other.try_lock_for(std::chrono::hours(1)));
        other.unlock();
        one.unlock();
      },
      [] {});
  const BlockedThread unlimited(
      [&] {
        hold(other);
        one.lock();
        one.unlock();
      },
      [&] { other.unlock(); });
  limited.AwaitCall(SYS_futex);
  unlimited.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_TRUE(UnitOf(report, limited.tid()).held_by);
  EXPECT_EQ(UnitOf(report, limited.tid()).held_by->id, unlimited.tid());
  EXPECT_EQ(UnitOf(report, unlimited.tid()).held_by->id, limited.tid());
  EXPECT_THAT(report.deadlocks, IsEmpty());
}

TEST(WaitGraphTest, AMutexWhoseOwnerEndedIsAbandoned) {
  const Snapshot before = Snapshot::Take();
  std::mutex mutex;
  int owner = 0;
  std::thread([&] {
    owner = gettid();
    mutex.lock();
  }).join();
  const auto wait = [&] { const std::lock_guard lock(mutex); };
  const BlockedThread one(wait, [] {});
  const BlockedThread other(wait, [&] { mutex.unlock(); });
  one.AwaitCall(SYS_futex);
  other.AwaitCall(SYS_futex);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U);
  EXPECT_EQ(report.deadlocks[0].kind, Deadlock::Kind::kOwnerEnded);
  EXPECT_THAT(Ids(report.deadlocks[0]), UnorderedElementsAre(one.tid(), other.tid()));
  for (const LeakGroup& group : report.groups) {
    EXPECT_FALSE(group.deadlock);
    EXPECT_THAT(group.hint, StartsWith("its owner ended without unlocking it"));
    ASSERT_TRUE(group.first().held_by);
    EXPECT_EQ(group.first().held_by->id, owner);
    EXPECT_TRUE(group.first().held_by->ended);
  }
}

}  // namespace
}  // namespace taskleak
