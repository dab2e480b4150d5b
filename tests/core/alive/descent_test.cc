#include "alive/descent.h"

#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "support/parked_thread.h"

namespace taskleak::alive {
namespace {

LiveThread Listed(int tid) { return {.id = {.tid = tid, .start_ticks = 1}, .name = ""}; }

TEST(DescentTest, AThreadOfUnknownOriginThatHasEndedSinceItWasListedIsLeftOut) {
  int tid = 0;
  std::thread([&tid] { tid = gettid(); }).join();
  while (platform::ReadThreadStat(tid)) std::this_thread::yield();
  EXPECT_TRUE(JudgedBy(0, {Listed(tid)}).empty());
}

TEST(DescentTest, AThreadOfUnknownOriginThatLivesIsJudged) {
  const testing::ParkedThread thread;
  EXPECT_EQ(JudgedBy(0, {Listed(thread.tid())}).size(), 1U);
}

}  // namespace
}  // namespace taskleak::alive
