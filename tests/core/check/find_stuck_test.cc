// What cannot continue by itself.
#include "taskleak/stuck.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "support/planted_circle.h"
#include "support/sanitizer.h"
#include "taskleak/alive.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

using testing::BlockedThread;
using testing::Edge;
using ::testing::HasSubstr;
using testing::ParkedThread;
using testing::PlantedCircle;

std::optional<StuckReason> ReasonOf(const StuckReport& report, UnitKind kind, std::int64_t id) {
  for (const auto& [reason, group] : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.kind == kind && unit.id == id) return reason;
    }
  }
  return std::nullopt;
}

// A thread that waits for a mutex that it holds, until the end of the scope. Meanwhile it holds
// `other`, too.
class SelfLocked {
 public:
  explicit SelfLocked(std::timed_mutex& other)
      : thread_(
            [this, &other] {
              const std::lock_guard held(other);
              pthread_mutex_lock(&mutex_);
              holds_.count_down();
              pthread_mutex_lock(&mutex_);
              pthread_mutex_unlock(&mutex_);
            },
            [this] { pthread_mutex_unlock(&mutex_); }) {
    holds_.wait();
    thread_.AwaitCall(SYS_futex);
  }
  [[nodiscard]] int tid() const { return thread_.tid(); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  std::latch holds_{1};
  BlockedThread thread_;
};

TEST(FindStuckTest, ACircleAndWhatWaitsBehindItAreStuck) {
  std::optional<PlantedCircle> circle(std::vector<Edge>{Edge::kMutex, Edge::kMutex});
  circle->AwaitClosed();
  circle->ExpectFollower();
  Task job("job");
  std::latch runs(1);
  const BlockedThread follower(
      [&] {
        const Task::Run run(job);
        runs.count_down();
        circle->WaitBehind();
      },
      [&] { circle.reset(); });
  runs.wait();
  follower.AwaitCall(SYS_futex);
  const StuckReport report = FindStuck(FindAlive());
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, circle->tid(0)), StuckReason::kDeadlock);
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, circle->tid(1)), StuckReason::kDeadlock);
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, follower.tid()), StuckReason::kBehind);
  EXPECT_EQ(ReasonOf(report, UnitKind::kTask, job.id()), StuckReason::kBehind);
}

TEST(FindStuckTest, AThreadWhoseWaitEndsInTimeIsNot) {
  std::timed_mutex held;
  std::optional<SelfLocked> stuck;
  stuck.emplace(held);
  const BlockedThread waits(
      [&] {
        if (held.try_lock_for(std::chrono::hours(1))) held.unlock();
      },
      [&] { stuck.reset(); });
  waits.AwaitCall(SYS_futex);
  const LeakReport alive = FindAlive();
  const StuckReport report = FindStuck(alive);
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, stuck->tid()), StuckReason::kDeadlock);
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, waits.tid()), std::nullopt);
}

TEST(FindStuckTest, NothingIsSaidOfIdleThreadsAndWhyIsSaid) {
  const ParkedThread idle;
  idle.AwaitAsleep();
  const Task task("kept");
  const StuckReport report = FindStuck(FindAlive());
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, idle.tid()), std::nullopt);
  EXPECT_GE(report.unknown_threads, 1U);
  EXPECT_GE(report.unknown_tasks, 1U);
  EXPECT_THAT(report.unknown_because, HasSubstr("may wake the"));
}

TEST(FindStuckTest, ALostTaskIsStuckIfItStaysLost) {
  Task lost("lost");
  lost.SetWaiting("", WaitState::kLost);
  Task resumed("resumed");
  resumed.SetWaiting("", WaitState::kLost);
  const LeakReport alive = FindAlive();
  resumed.SetWaiting("a timer");
  const StuckReport report = FindStuck(alive);
  EXPECT_EQ(ReasonOf(report, UnitKind::kTask, lost.id()), StuckReason::kLost);
  EXPECT_EQ(ReasonOf(report, UnitKind::kTask, resumed.id()), std::nullopt);
}

// One of taskleak's own threads looks, which wakes no other.
StuckReport FindFromOwnThread() {
  std::promise<StuckReport> report;
  internal::OwnThread looks("taskleak-test", [&] {
    for (;;) {  // this thread may be about to go to sleep
      StuckReport found = FindStuck(FindAlive());
      if (found.unknown_threads != 0) continue;
      report.set_value(std::move(found));
      return;
    }
  });
  StuckReport found = report.get_future().get();
  looks.Join();
  return found;
}

TEST(FindStuckTest, IfAllSleepAllAreStuck) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const ParkedThread idle;
  idle.AwaitAsleep();
  const Task task("kept");
  const StuckReport report = FindFromOwnThread();
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, idle.tid()), StuckReason::kAllAsleep);
  EXPECT_EQ(ReasonOf(report, UnitKind::kTask, task.id()), StuckReason::kAllAsleep);
  EXPECT_EQ(report.unknown_because, "");
}

TEST(FindStuckTest, AThreadThatJoinsOneOfTaskleaksOwnGoesOn) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const int joiner = gettid();
  StuckReport report;
  internal::OwnThread looks("taskleak-test", [&] {
    const auto joins = [&] {
      const auto at = platform::ReadBlockedAt(joiner);
      return at && !at->running && at->number == SYS_futex;
    };
    while (!joins()) std::this_thread::yield();
    report = FindStuck(FindAlive());
  });
  looks.Join();
  EXPECT_EQ(ReasonOf(report, UnitKind::kThread, joiner), std::nullopt);
}

}  // namespace
}  // namespace taskleak
