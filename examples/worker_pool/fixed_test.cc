// The same as leaky_test.cc, but the pool is stopped.
#include <atomic>

#include <gtest/gtest.h>

#include "worker_pool.h"

TEST(WorkerPoolTest, RunsEveryJob) {
  const auto pool = pool::WorkerPool::Start(8);
  std::atomic<int> sum = 0;
  for (int i = 1; i <= 100; ++i) pool->Submit([&sum, i] { sum += i; });
  pool->Wait();
  EXPECT_EQ(sum, 5050);
  // [fix]
  pool->Stop();
  // [/fix]
}
