// libuv's pool.
#include <uv.h>

#include <gtest/gtest.h>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

TEST(KnownLibuvTest, ItsPoolIsKnown) {
  const auto before = Snapshot::Take();
  uv_loop_t loop;
  ASSERT_EQ(uv_loop_init(&loop), 0);
  uv_work_t work;
  ASSERT_EQ(uv_queue_work(
                &loop, &work, [](uv_work_t*) {}, nullptr),
            0);
  uv_run(&loop, UV_RUN_DEFAULT);
  ASSERT_EQ(uv_loop_close(&loop), 0);
  testing::ExpectKnown(before);
}

}  // namespace
}  // namespace taskleak
