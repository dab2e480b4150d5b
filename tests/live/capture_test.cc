#include "taskleak/live/capture.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "support/sanitizer.h"
#include "taskleak/task.h"

namespace {

// Holds the thread that sets it for as long as it is true, where that thread reads the time.
thread_local const std::atomic<bool>* t_hold = nullptr;
std::atomic<bool> g_is_held{false};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock == CLOCK_REALTIME && t_hold != nullptr) {
    g_is_held.store(true);
    while (t_hold->load()) sched_yield();
  }
  return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
}

namespace taskleak::live {
namespace {

using testing::ParkedThread;

TEST(CaptureTest, CountsWhatItHolds) {
  const ParkedThread parked;
  const Task first("first");
  const Task second("second");
  const CapturePtr capture = TakeCapture();
  EXPECT_EQ(capture->tasks, 2U);
  EXPECT_GE(capture->threads, 1U);
  EXPECT_EQ(capture->threads + capture->unjoined + capture->tasks, capture->report.unit_count());
}

TEST(CaptureTest, EachHasItsNumberAndIsFoundByIt) {
  const CapturePtr first = TakeCapture();
  const CapturePtr second = TakeCapture();
  EXPECT_EQ(second->id, first->id + 1);
  EXPECT_EQ(FindCapture(first->id), first);
  EXPECT_EQ(FindCapture(second->id), second);
  EXPECT_EQ(FindCapture(second->id + 1), nullptr);
}

TEST(CaptureTest, OnlyTheLastOnesAreKept) {
  const CapturePtr first = TakeCapture();
  for (int i = 0; i < 8; ++i) static_cast<void>(TakeCapture());
  EXPECT_EQ(FindCapture(first->id), nullptr);
  EXPECT_EQ(first.use_count(), 1);
}

TEST(CaptureTest, ManyAtOnceShareLooks) {
  constexpr int kThreads = 16;
  constexpr int kTimes = 20;
  std::latch start(kThreads);
  std::atomic<std::uint64_t> last{0};
  const std::uint64_t before = TakeCapture()->id;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int j = 0; j < kTimes; ++j) {
        const CapturePtr capture = TakeCapture();
        ASSERT_NE(capture, nullptr);
        for (std::uint64_t known = last;
             known < capture->id && !last.compare_exchange_weak(known, capture->id);) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(last - before, std::uint64_t{kThreads} * kTimes);
}

// A capture reads the time after it has begun.
TEST(CaptureTest, AChildForkedDuringACaptureCapturesToo) {
  if (kUnderTsan) GTEST_SKIP() << "the child would have locks of its runtime";
  std::atomic<bool> hold{true};
  std::thread other([&hold] {
    t_hold = &hold;
    EXPECT_NE(TakeCapture(), nullptr);
    t_hold = nullptr;
  });
  while (!g_is_held.load()) sched_yield();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(TakeCapture()->id == 1 ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  hold.store(false);
  other.join();
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace taskleak::live
