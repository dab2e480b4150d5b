#include "alive/drain.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "alive/ignored_stragglers.h"
#include "linux/proc/thread_info.h"
#include "support/parked_thread.h"
#include "support/sanitizer.h"

namespace taskleak::alive {
namespace {

using std::chrono::milliseconds;
using testing::ParkedThread;

Straggler Named(int tid, std::string name = "straggler") {
  return LiveThread{{tid, platform::ReadThreadStat(tid)->start_ticks}, std::move(name)};
}

// The parked threads of these tests are all asleep, which the wait ends for.
Options WithDrain(milliseconds drain, milliseconds most) {
  Options options;
  options.drain = drain;
  options.drain_max = most;
  options.stillness = false;
  return options;
}

Options UntilStill() {
  Options options = WithDrain(milliseconds(60'000), milliseconds(60'000));
  options.stillness = true;
  return options;
}

void IgnoreNothing(Stragglers&) {}

// With looks that leave out what was found to be ignored, as those of a check do.
Drained DrainAndIgnore(const Options& options, const std::function<Stragglers()>& look,
                       const std::function<void(Stragglers&)>& drop) {
  IgnoredStragglers ignored;
  const auto look_at_others = [&] {
    Stragglers left = look();
    ignored.LeaveOut(left);
    return left;
  };
  return Drain(options, look_at_others, [&](Stragglers& left) { ignored.Drop(left, drop); });
}

TEST(DrainTest, NothingLeftIsNoWaitAndOneLook) {
  int looks = 0;
  const Drained drained = Drain(
      WithDrain(milliseconds(60'000), milliseconds(60'000)),
      [&] {
        ++looks;
        return Stragglers();
      },
      IgnoreNothing);
  EXPECT_TRUE(drained.left.empty());
  EXPECT_EQ(looks, 1);
}

TEST(DrainTest, ReturnsAsSoonAsTheLastStragglerIsGone) {
  const ParkedThread parked;
  int looks = 0;
  const Drained drained = Drain(
      WithDrain(milliseconds(60'000), milliseconds(60'000)),
      [&] { return ++looks < 30 ? Stragglers{Named(parked.tid())} : Stragglers(); }, IgnoreNothing);
  EXPECT_TRUE(drained.left.empty());
  EXPECT_EQ(looks, 30);
}

TEST(DrainTest, WithoutADrainThereIsOneLook) {
  const ParkedThread parked;
  int looks = 0;
  const Drained drained = Drain(
      WithDrain(milliseconds(0), milliseconds(60'000)),
      [&] {
        ++looks;
        return Stragglers{Named(parked.tid())};
      },
      IgnoreNothing);
  EXPECT_EQ(drained.left.size(), 1U);
  EXPECT_EQ(looks, 1);
}

TEST(DrainTest, AStragglerThatSleepsIsWaitedForNoLongerThanTheDrain) {
  const ParkedThread parked;
  const Drained drained = Drain(
      WithDrain(milliseconds(20), milliseconds(60'000)),
      [&] { return Stragglers{Named(parked.tid())}; }, IgnoreNothing);
  EXPECT_EQ(drained.left.size(), 1U);
  EXPECT_GE(drained.waited, milliseconds(20));
}

TEST(DrainTest, AStragglerThatUsesAProcessorIsWaitedForBeyondTheDrain) {
  std::atomic<bool> end{false};
  const testing::BlockedThread busy(
      [&] {
        while (!end.load()) {
        }
      },
      [&] { end.store(true); });
  int looks_after_drain = 0;
  const auto start = std::chrono::steady_clock::now();
  const Drained drained = Drain(
      WithDrain(milliseconds(150), milliseconds(60'000)),
      [&] {
        if (std::chrono::steady_clock::now() - start > milliseconds(300)) ++looks_after_drain;
        return looks_after_drain < 3 ? Stragglers{Named(busy.tid())} : Stragglers();
      },
      IgnoreNothing);
  EXPECT_TRUE(drained.left.empty());
}

TEST(DrainTest, ProgressIsWaitedForNoLongerThanTheMaximum) {
  std::atomic<bool> end{false};
  const testing::BlockedThread busy(
      [&] {
        while (!end.load()) {
        }
      },
      [&] { end.store(true); });
  const Drained drained = Drain(
      WithDrain(milliseconds(100), milliseconds(250)),
      [&] { return Stragglers{Named(busy.tid())}; }, IgnoreNothing);
  EXPECT_EQ(drained.left.size(), 1U);
  EXPECT_GE(drained.waited, milliseconds(250));
}

TEST(DrainTest, IgnoredStragglersAreNotWaitedFor) {
  const ParkedThread parked;
  int asked = 0;
  const Drained drained = DrainAndIgnore(
      WithDrain(milliseconds(60'000), milliseconds(60'000)),
      [&] { return Stragglers{Named(parked.tid())}; },
      [&](Stragglers& stragglers) {
        ++asked;
        stragglers.clear();
      });
  EXPECT_TRUE(drained.left.empty());
  EXPECT_EQ(asked, 1);
}

TEST(DrainTest, WhatIsFoundOnlyBehindAnIgnoredStragglerIsLeft) {
  const ParkedThread ignored;
  const ParkedThread leaked;
  int looks = 0;
  const Drained drained = DrainAndIgnore(
      WithDrain(milliseconds(20), milliseconds(20)),
      [&] { return Stragglers{Named(++looks <= 100 ? ignored.tid() : leaked.tid())}; },
      [&](Stragglers& stragglers) {
        std::erase_if(stragglers, [&](const Straggler& s) { return KeyOf(s).id == ignored.tid(); });
        looks = 100;  // the ignored one has ended, and the other has begun
      });
  ASSERT_EQ(drained.left.size(), 1U);
  EXPECT_EQ(KeyOf(drained.left.front()).id, leaked.tid());
}

TEST(DrainTest, AStragglerThatBecomesIgnorableOnlyLaterIsAskedAboutAgain) {
  const ParkedThread parked;
  int asked = 0;
  const Drained drained = DrainAndIgnore(
      WithDrain(milliseconds(60'000), milliseconds(60'000)),
      [&] { return Stragglers{Named(parked.tid())}; },
      [&](Stragglers& stragglers) {
        if (++asked == 3) stragglers.clear();
      });
  EXPECT_TRUE(drained.left.empty());
}

TEST(DrainTest, OthersAreStillWaitedForWhenSomeAreIgnored) {
  const ParkedThread ignored;
  const ParkedThread leaked;
  const Drained drained = DrainAndIgnore(
      WithDrain(milliseconds(50), milliseconds(50)),
      [&] {
        return Stragglers{Named(ignored.tid(), "ignored"), Named(leaked.tid(), "leaked")};
      },
      [](Stragglers& stragglers) {
        std::erase_if(stragglers,
                      [](const Straggler& s) { return std::get<LiveThread>(s).name == "ignored"; });
      });
  ASSERT_EQ(drained.left.size(), 1U);
  EXPECT_EQ(std::get<LiveThread>(drained.left.front()).name, "leaked");
}

TEST(DrainTest, EndsAsSoonAsTheProcessIsStill) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const ParkedThread parked;
  const Drained drained = Drain(
      UntilStill(), [&] { return Stragglers{Named(parked.tid())}; }, IgnoreNothing);
  EXPECT_EQ(drained.left.size(), 1U);
  EXPECT_TRUE(drained.still);
  EXPECT_LT(drained.waited, milliseconds(30'000));
}

// What was seen before may have ended since.
TEST(DrainTest, LooksAgainOnceTheProcessIsStill) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  using Clock = std::chrono::steady_clock;
  const ParkedThread parked;
  parked.AwaitAsleep();
  const Stragglers all = {Named(parked.tid())};
  std::atomic<bool> end{false};
  // Each of its sleeps ends by itself, so the process is not still before the thread has ended.
  std::optional<testing::BlockedThread> awake;
  awake.emplace(
      [&] {
        while (!end.load()) std::this_thread::sleep_for(milliseconds(1));
      },
      [&] { end.store(true); });
  int looks = 0;
  Clock::time_point first;
  const Drained drained = Drain(
      UntilStill(),
      [&] {
        if (++looks == 1) first = Clock::now();
        if (looks > 2) return Stragglers();
        if (looks == 2) {
          awake.reset();
          // The process is asked about again after at most four times the time until now.
          const Clock::time_point now = Clock::now();
          std::this_thread::sleep_until(now + 5 * (now - first) + milliseconds(2));
        }
        return all;
      },
      IgnoreNothing);
  EXPECT_TRUE(drained.left.empty());
}

TEST(DrainTest, AsksTheRulesAgainOnceTheProcessIsStill) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const ParkedThread parked;
  const Drained drained = DrainAndIgnore(
      UntilStill(), [&] { return Stragglers{Named(parked.tid())}; },
      [&](Stragglers& stragglers) { stragglers.clear(); });
  EXPECT_TRUE(drained.left.empty());
}

TEST(DrainTest, AWaitThatEndsShortlyAfterItIsWaitedForThoughEveryThreadIsAsleep) {
  std::mutex mutex;
  std::condition_variable never;
  std::atomic<bool> ended{false};
  std::latch latch(1);
  const testing::BlockedThread waiter(
      [&] {
        std::unique_lock lock(mutex);
        never.wait_until(lock, std::chrono::steady_clock::now() + milliseconds(250));
        ended = true;
        latch.wait();
      },
      [&] { latch.count_down(); });
  waiter.AwaitCall(SYS_futex);
  Options options = WithDrain(milliseconds(200), milliseconds(60'000));
  options.stillness = true;
  const Drained drained = Drain(
      options, [&] { return ended ? Stragglers() : Stragglers{Named(waiter.tid())}; },
      IgnoreNothing);
  EXPECT_TRUE(drained.left.empty());
}

TEST(DrainTest, GoesOnWhileAnotherThreadOfTheProcessCouldWakeAStraggler) {
  const ParkedThread parked;
  std::atomic<bool> end{false};
  const testing::BlockedThread sleeper(
      [&] {
        while (!end.load()) std::this_thread::sleep_for(milliseconds(1));
      },
      [&] { end.store(true); });
  Options options = WithDrain(milliseconds(30), milliseconds(30));
  options.stillness = true;
  const Drained drained = Drain(
      options, [&] { return Stragglers{Named(parked.tid())}; }, IgnoreNothing);
  EXPECT_FALSE(drained.still);
  EXPECT_GE(drained.waited, milliseconds(30));
}

}  // namespace
}  // namespace taskleak::alive
