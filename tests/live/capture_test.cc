#include "taskleak/live/capture.h"

#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "taskleak/task.h"

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

}  // namespace
}  // namespace taskleak::live
