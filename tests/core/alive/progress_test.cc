#include "alive/progress.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "support/parked_thread.h"

namespace taskleak::alive {
namespace {

using std::chrono::milliseconds;
using Clock = Progress::Clock;

Straggler Of(int tid) {
  return LiveThread{{tid, platform::ReadThreadStat(tid)->start_ticks}, "straggler"};
}

// Passes made-up times to Progress, so no test has to wait.
class ProgressTest : public ::testing::Test {
 protected:
  const Clock::time_point start_ = Clock::now();
  Progress progress_{start_, milliseconds(0)};

  void ObserveAt(int ms, const Stragglers& stragglers) {
    progress_.Observe(stragglers, start_ + milliseconds(ms));
  }
  [[nodiscard]] bool RecentAt(int ms) const { return progress_.Recent(start_ + milliseconds(ms)); }
};

TEST_F(ProgressTest, AThreadAsleepAtTheSamePlaceMakesNone) {
  const testing::ParkedThread parked;
  parked.AwaitAsleep();
  ObserveAt(0, {Of(parked.tid())});
  ObserveAt(50, {Of(parked.tid())});
  EXPECT_FALSE(RecentAt(50));
}

TEST_F(ProgressTest, AStragglersEndIsEvidenceForAWhile) {
  const testing::ParkedThread ends;
  const testing::ParkedThread stays;
  stays.AwaitAsleep();
  ObserveAt(0, {Of(ends.tid()), Of(stays.tid())});
  ObserveAt(50, {Of(stays.tid())});
  EXPECT_TRUE(RecentAt(50));
  EXPECT_TRUE(RecentAt(150));
  EXPECT_FALSE(RecentAt(151));
}

TEST_F(ProgressTest, AStragglersBirthIsEvidence) {
  const testing::ParkedThread old;
  const testing::ParkedThread born;
  old.AwaitAsleep();
  born.AwaitAsleep();
  ObserveAt(0, {Of(old.tid())});
  EXPECT_FALSE(RecentAt(0));
  ObserveAt(50, {Of(old.tid()), Of(born.tid())});
  EXPECT_TRUE(RecentAt(50));
}

// Stands for a machine that is too busy to look in time.
TEST_F(ProgressTest, ItTakesSomeLooksToSayThatThereIsNone) {
  Progress progress(start_, milliseconds(1000));
  const testing::ParkedThread parked;
  parked.AwaitAsleep();
  for (const int ms : {900, 1100, 1300, 1500}) {
    progress.Observe({Of(parked.tid())}, start_ + milliseconds(ms));
    EXPECT_TRUE(progress.Recent(start_ + milliseconds(ms))) << ms;
  }
  progress.Observe({Of(parked.tid())}, start_ + milliseconds(1700));
  EXPECT_FALSE(progress.Recent(start_ + milliseconds(1700)));
}

TEST_F(ProgressTest, UsingAProcessorIsEvidence) {
  std::atomic<bool> end{false};
  const testing::BlockedThread busy(
      [&] {
        while (!end.load()) {
        }
      },
      [&] { end.store(true); });
  ObserveAt(0, {Of(busy.tid())});
  const auto before = platform::ReadRunCount(busy.tid());
  while (platform::ReadRunCount(busy.tid())->cpu_ns < before->cpu_ns + 20'000'000)
    std::this_thread::yield();
  ObserveAt(50, {Of(busy.tid())});
  EXPECT_TRUE(RecentAt(50));
}

TEST_F(ProgressTest, UsingAPartOfAProcessorBetweenTwoSleepsAtTheSamePlaceIsEvidence) {
  constexpr std::int64_t kWork = 20'000'000;  // ns, of 50 ms
  std::atomic<int> orders{0};
  const testing::BlockedThread worker(
      [&] {
        for (;;) {
          orders.wait(0);
          if (orders.exchange(0) == 2) return;
          const auto before = platform::ReadRunCount(gettid());
          while (platform::ReadRunCount(gettid())->cpu_ns < before->cpu_ns + kWork) {
          }
        }
      },
      [&] {
        orders.store(2);
        orders.notify_all();
      });
  worker.AwaitCall(SYS_futex);
  const auto before = platform::ReadRunCount(worker.tid());
  ObserveAt(0, {Of(worker.tid())});
  orders.store(1);
  orders.notify_all();
  while (platform::ReadRunCount(worker.tid())->cpu_ns < before->cpu_ns + kWork)
    std::this_thread::yield();
  worker.AwaitCall(SYS_futex);
  ObserveAt(50, {Of(worker.tid())});
  EXPECT_TRUE(RecentAt(50));
}

// Sleeps in a read of one pipe. Once it has read a byte, it sleeps in a read of `next`.
class Reader {
 public:
  explicit Reader(bool same_place) {
    EXPECT_EQ(pipe(ends_), 0);
    thread_ = std::make_unique<testing::BlockedThread>([this, same_place] { Run(same_place); },
                                                       [this] { Feed(2); });
    thread_->AwaitCall(SYS_read);
  }
  ~Reader() {
    thread_.reset();
    close(ends_[0]);
    close(ends_[1]);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Step() {
    const auto before = platform::ReadRunCount(tid());
    Feed(1);
    while (platform::ReadRunCount(tid())->switches == before->switches) std::this_thread::yield();
    thread_->AwaitCall(SYS_read);
  }
  [[nodiscard]] int tid() const { return thread_->tid(); }

 private:
  void Run(bool same_place) {
    for (int i = 0; i < 2; ++i) {
      same_place || i == 0 ? Read() : ReadDeeper();
      asm volatile("");  // a tail call would wait at another place
    }
  }
  [[gnu::noinline]] void Read() {
    char c = 0;
    EXPECT_EQ(read(ends_[0], &c, 1), 1);
  }
  [[gnu::noinline]] void ReadDeeper() {
    volatile char room[256];
    room[0] = 0;
    Read();
    room[1] = room[0];
  }
  void Feed(std::size_t bytes) {
    EXPECT_EQ(write(ends_[1], "xx", bytes), static_cast<ssize_t>(bytes));
  }

  int ends_[2] = {-1, -1};
  std::unique_ptr<testing::BlockedThread> thread_;
};

TEST_F(ProgressTest, WakingAndSleepingAtAnotherPlaceIsEvidence) {
  Reader reader(/*same_place=*/false);
  ObserveAt(0, {Of(reader.tid())});
  reader.Step();
  ObserveAt(50, {Of(reader.tid())});
  EXPECT_TRUE(RecentAt(50));
}

TEST_F(ProgressTest, WakingAndSleepingAtTheSamePlaceIsNone) {
  Reader reader(/*same_place=*/true);
  ObserveAt(0, {Of(reader.tid())});
  reader.Step();
  ObserveAt(50, {Of(reader.tid())});
  EXPECT_FALSE(RecentAt(50));
}

// The question comes when the last two looks have seen the thread at the same place.
TEST_F(ProgressTest, AMoveBeforeTheLastLooksStillCounts) {
  Progress progress(start_ - milliseconds(750), milliseconds(1000));
  Reader reader(/*same_place=*/false);
  progress.Observe({Of(reader.tid())}, start_);
  reader.Step();
  for (const int ms : {50, 100, 150, 200, 250})
    progress.Observe({Of(reader.tid())}, start_ + milliseconds(ms));
  EXPECT_TRUE(progress.Recent(start_ + milliseconds(250)));
  EXPECT_FALSE(progress.Recent(start_ + milliseconds(301)));
}

TEST_F(ProgressTest, NothingIsGatheredLongBeforeItIsNeeded) {
  Progress progress(start_, milliseconds(1000));
  progress.Observe({Of(getpid())}, start_);
  for (int ms = 750; ms <= 1000; ms += 50) progress.Observe({}, start_ + milliseconds(ms));
  EXPECT_FALSE(progress.Recent(start_ + milliseconds(1000)));
}

TEST_F(ProgressTest, ATaskThatStaysSuspendedMakesNone) {
  const LiveTask task{.serial = 7, .name = "task", .place = 2};
  ObserveAt(0, {task});
  ObserveAt(50, {task});
  EXPECT_FALSE(RecentAt(50));
}

TEST_F(ProgressTest, ATaskThatIsSuspendedForAnotherReasonHasMoved) {
  ObserveAt(0, {LiveTask{.serial = 7, .name = "task", .place = 2}});
  ObserveAt(50, {LiveTask{.serial = 7, .name = "task", .place = 6}});
  EXPECT_TRUE(RecentAt(50));
}

TEST_F(ProgressTest, ATaskThatRunsIsJudgedByItsThread) {
  const testing::ParkedThread parked;
  parked.AwaitAsleep();
  const LiveTask task{.serial = 7, .name = "task", .place = 2, .thread = parked.tid()};
  ObserveAt(0, {task});
  ObserveAt(50, {task});
  EXPECT_FALSE(RecentAt(50));
}

}  // namespace
}  // namespace taskleak::alive
