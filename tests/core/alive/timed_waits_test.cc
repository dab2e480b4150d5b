// Waits that end by themselves.
#include "alive/timed_waits.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "linux/look/time_limit.h"
#include "linux/proc/thread_info.h"
#include "support/libc_calls.h"

namespace taskleak::alive {
namespace {

using platform::TimeLimit;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = TimedWaits::Clock;

constexpr int kHour = 3600;

/// A thread that waits in a call for ever. The test leaves it behind.
class Waiting {
 public:
  explicit Waiting(std::function<void()> wait) {
    std::atomic<int> tid{0};
    std::thread([&tid, wait = std::move(wait)] {
      tid = gettid();
      tid.notify_one();
      wait();
    }).detach();
    tid.wait(0);
    tid_ = tid;
  }
  [[nodiscard]] int tid() const { return tid_; }
  [[nodiscard]] platform::BlockedAt AwaitBlocked(long number) const {
    for (;;) {
      const auto at = platform::ReadBlockedAt(tid_);
      if (at && !at->running && at->number == number) return *at;
      std::this_thread::yield();
    }
  }
  [[nodiscard]] Straggler straggler() const {
    return LiveThread{{tid_, platform::ReadThreadStat(tid_)->start_ticks}, "waiting"};
  }

 private:
  int tid_ = 0;
};

std::optional<TimeLimit> LimitOf(long number, std::function<void()> wait) {
  const Waiting waiting(std::move(wait));
  return platform::ReadTimeLimit(waiting.AwaitBlocked(number));
}

void ExpectInAll(const std::optional<TimeLimit>& limit) {
  ASSERT_TRUE(limit.has_value());
  EXPECT_TRUE(limit->in_all);
  EXPECT_EQ(limit->time, hours(1));
}

void ExpectLeft(const std::optional<TimeLimit>& limit) {
  ASSERT_TRUE(limit.has_value());
  EXPECT_FALSE(limit->in_all);
  EXPECT_LE(limit->time, hours(1));
  EXPECT_GT(limit->time, hours(1) - std::chrono::minutes(10));
}

// Objects of these types are never destroyed, since their threads stay.
struct Condition {
  std::mutex& mutex = *new std::mutex;
  std::condition_variable& condition = *new std::condition_variable;
  template <typename Wait>
  void With(Wait wait) const {
    std::unique_lock lock(mutex);
    wait(lock);
  }
};

TEST(TimeLimitTest, OfAConditionVariableWithARelativeLimitIsWhatIsLeft) {
  ExpectLeft(LimitOf(SYS_futex, [c = Condition()] {
    c.With([&](auto& lock) { c.condition.wait_for(lock, hours(1)); });
  }));
}

TEST(TimeLimitTest, OfAConditionVariableWithALimitByTheCalendarIsWhatIsLeft) {
  ExpectLeft(LimitOf(SYS_futex, [c = Condition()] {
    c.With([&](auto& lock) {
      c.condition.wait_until(lock, std::chrono::system_clock::now() + hours(1));
    });
  }));
}

TEST(TimeLimitTest, OfAConditionVariableWithoutOneIsNone) {
  EXPECT_FALSE(LimitOf(SYS_futex,
                       [c = Condition()] { c.With([&](auto& lock) { c.condition.wait(lock); }); }));
}

TEST(TimeLimitTest, AtTheEndOfTimeIsNone) {
  EXPECT_FALSE(LimitOf(SYS_futex, [c = Condition()] {
    c.With([&](auto& lock) {
      c.condition.wait_until(lock, std::chrono::steady_clock::time_point::max());
    });
  }));
}

TEST(TimeLimitTest, OfASleepIsTheWhole) {
  ExpectInAll(LimitOf(SYS_clock_nanosleep, [] { std::this_thread::sleep_for(hours(1)); }));
}

TEST(TimeLimitTest, OfASleepUntilIsWhatIsLeft) {
  ExpectLeft(LimitOf(SYS_clock_nanosleep, [] {
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += kHour;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }));
}

TEST(TimeLimitTest, OfPollIsTheWhole) {
  ExpectInAll(LimitOf(kCallOfPoll, [] { poll(nullptr, 0, kHour * 1000); }));
}

TEST(TimeLimitTest, OfPollWithoutOneIsNone) {
  EXPECT_FALSE(LimitOf(kCallOfPoll, [] { poll(nullptr, 0, -1); }));
}

TEST(TimeLimitTest, OfEpollIsTheWhole) {
  ExpectInAll(LimitOf(kCallOfEpollWait, [] {
    epoll_event event{};
    epoll_wait(epoll_create1(0), &event, 1, kHour * 1000);
  }));
}

TEST(TimeLimitTest, OfSelectIsTheWhole) {
  ExpectInAll(LimitOf(SYS_pselect6, [] {
    timeval time{kHour, 0};
    select(0, nullptr, nullptr, nullptr, &time);
  }));
}

TEST(TimeLimitTest, OfASocketIsItsOwn) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const timeval time{kHour, 0};
  ASSERT_EQ(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time), 0);
  const auto receive = [](int fd) {
    char c = 0;
    recv(fd, &c, 1, 0);
  };
  ExpectInAll(LimitOf(SYS_recvfrom, [=] { receive(ends[0]); }));
  EXPECT_FALSE(LimitOf(SYS_recvfrom, [=] { receive(ends[1]); }));
}

// Passes made-up times to the object, so no test has to wait.
class TimedWaitsTest : public ::testing::Test {
 protected:
  // Looks at a wait of `time` that began at start_.
  [[nodiscard]] bool EndsSoon(milliseconds time, milliseconds now,
                              milliseconds drain = seconds(100)) {
    const Waiting waiting([time] { std::this_thread::sleep_for(time); });
    static_cast<void>(waiting.AwaitBlocked(SYS_clock_nanosleep));
    TimedWaits waits(start_, drain);
    waits.Observe({waiting.straggler()}, start_);
    return waits.EndSoon(start_ + now);
  }

  const Clock::time_point start_ = Clock::now();
};

TEST_F(TimedWaitsTest, AsLongAsTheDrainAreWaitedFor) {
  EXPECT_TRUE(EndsSoon(seconds(100), seconds(100)));
}

TEST_F(TimedWaitsTest, UpToHalfAsLongAgainAreWaitedFor) {
  EXPECT_TRUE(EndsSoon(seconds(150), seconds(100)));
  EXPECT_FALSE(EndsSoon(seconds(151), seconds(100)));
}

TEST_F(TimedWaitsTest, GetSomeTimeToEndAndNoMore) {
  EXPECT_TRUE(EndsSoon(seconds(100), milliseconds(100'099)));
  EXPECT_FALSE(EndsSoon(seconds(100), milliseconds(100'100)));
}

TEST_F(TimedWaitsTest, WithoutALimitAreNotWaitedFor) {
  const Waiting waiting([] { pause(); });
  static_cast<void>(waiting.AwaitBlocked(kCallOfPause));
  TimedWaits waits(start_, seconds(100));
  waits.Observe({waiting.straggler()}, start_);
  EXPECT_FALSE(waits.EndSoon(start_ + seconds(100)));
}

// Only the whole length of a relative limit is known.
TEST_F(TimedWaitsTest, BeginWhenTheyWereFirstSeen) {
  const Waiting waiting([] { std::this_thread::sleep_for(seconds(100)); });
  static_cast<void>(waiting.AwaitBlocked(SYS_clock_nanosleep));
  TimedWaits waits(start_, seconds(100));
  waits.Observe({waiting.straggler()}, start_);
  waits.Observe({waiting.straggler()}, start_ + seconds(90));
  EXPECT_TRUE(waits.EndSoon(start_ + seconds(100)));
  EXPECT_FALSE(waits.EndSoon(start_ + seconds(101)));
}

TEST_F(TimedWaitsTest, OfThreadsThatAreGoneAreForgotten) {
  const Waiting waiting([] { std::this_thread::sleep_for(seconds(100)); });
  static_cast<void>(waiting.AwaitBlocked(SYS_clock_nanosleep));
  TimedWaits waits(start_, seconds(100));
  waits.Observe({waiting.straggler()}, start_);
  waits.Observe({}, start_ + seconds(90));
  EXPECT_FALSE(waits.EndSoon(start_ + seconds(100)));
}

}  // namespace
}  // namespace taskleak::alive
