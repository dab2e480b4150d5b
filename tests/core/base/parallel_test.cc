// Work on several processors.
#include "base/parallel.h"

#include <atomic>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak {
namespace {

TEST(ParallelTest, EachIsDoneOnceWhateverTheirNumber) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 63U, 64U, 65U, 1'000U, 1'009U}) {
    std::vector<std::atomic<int>> done(count);
    ForEachInParallel(count, [&done](std::size_t i) { ++done[i]; });
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(done[i], 1) << i << " of " << count;
  }
}

}  // namespace
}  // namespace taskleak
