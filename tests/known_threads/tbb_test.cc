// oneTBB's own threads.
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <gtest/gtest.h>

#include <latch>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

TEST(KnownTbbTest, ItsWorkersAreKnown) {
  const tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
  const auto before = Snapshot::Take();
  std::latch both(2);  // so that a worker takes part
  tbb::task_arena(2).execute(
      [&both] { tbb::parallel_for(0, 2, [&both](int) { both.arrive_and_wait(); }); });
  testing::ExpectKnown(before);
}

}  // namespace
}  // namespace taskleak
