// Deadlocks, of threads that really wait.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <optional>
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
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Look;
using testing::PlantedCircle;
using ::testing::StartsWith;
using testing::UnitOf;
using ::testing::UnorderedElementsAre;

std::vector<int> Ids(const Deadlock& deadlock) {
  std::vector<int> ids;
  for (const Unit& unit : deadlock.units) ids.push_back(static_cast<int>(unit.id));
  return ids;
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
