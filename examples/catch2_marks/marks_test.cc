// Checks at places that you choose, and ways to allow what is not a leak.
#include <taskleak/catch2.h>
#include <taskleak/verify.h>

#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "worker_pool.h"

using pool::WorkerPool;

// [tag]
TEST_CASE("a test case", "[VerifyNoLeaks]") { WorkerPool::Start(4)->Stop(); }
// [/tag]

// [local]
TEST_CASE("a scope") {
  const taskleak::catch2::VerifyNoLeaks verify;
  const auto pool = WorkerPool::Start(4);
  pool->Stop();
}  // looks here
// [/local]

// [fixture]
class PoolFixture : private taskleak::catch2::VerifyNoLeaks {
 public:
  ~PoolFixture() { pool_->Stop(); }

 protected:
  std::shared_ptr<WorkerPool> pool_ = WorkerPool::Start(4);
};

TEST_CASE_METHOD(PoolFixture, "a fixture") {
  pool_->Submit([] {});
}
// [/fixture]

TEST_CASE("statements") {
  // [statement]
  CHECK_NO_LEAKS(WorkerPool::Start(4)->Stop());
  REQUIRE_NO_LEAKS({
    const auto pool = WorkerPool::Start(4);
    pool->Submit([] {});
    pool->Stop();
  });
  // [/statement]
}

// [options]
const bool configured = [] {
  taskleak::catch2::SetOptions(
      {taskleak::IgnoreThreadName("pool-*"), taskleak::IgnoreAnyFunction("vendor::Client::*")});
  return true;
}();
// [/options]

// [allow_tag]
TEST_CASE("starts what the process keeps", "[AllowLeaks]") {
  static const auto pool = WorkerPool::Start(1);
}
// [/allow_tag]

TEST_CASE("allows a stretch of code") {
  // [allow]
  {
    const taskleak::AllowLeaks allow("the pool keeps its threads until the process ends");
    static const auto pool = WorkerPool::Start(1);
  }
  // [/allow]
}
