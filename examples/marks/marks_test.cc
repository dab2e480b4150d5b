// Checks at places that you choose, and ways to allow what is not a leak. With check=marked, or
// without a listener as here, nothing else is checked.
#include <taskleak/gtest.h>
#include <taskleak/verify.h>

#include <memory>

#include "worker_pool.h"

using pool::WorkerPool;

// [local]
TEST(Marks, AScope) {
  const taskleak::gtest::VerifyNoLeaks verify;
  const auto pool = WorkerPool::Start(4);
  pool->Stop();
}  // looks here
// [/local]

// [member]
class MemberTest : public testing::Test {
 protected:
  taskleak::gtest::VerifyNoLeaks verify_;  // first: members below are destroyed before it checks
  std::shared_ptr<WorkerPool> pool_ = WorkerPool::Start(4);

  void TearDown() override { pool_->Stop(); }
};
// [/member]

TEST_F(MemberTest, RunsAJob) {
  pool_->Submit([] {});
  pool_->Wait();
}

// [base]
class BaseTest : public testing::Test, private taskleak::gtest::VerifyNoLeaks {
 protected:
  std::shared_ptr<WorkerPool> pool_ = WorkerPool::Start(4);

  void TearDown() override { pool_->Stop(); }
};
// [/base]

TEST_F(BaseTest, RunsAJob) {
  pool_->Submit([] {});
  pool_->Wait();
}

TEST(Marks, AStatement) {
  // [statement]
  EXPECT_NO_LEAKS(WorkerPool::Start(4)->Stop());
  ASSERT_NO_LEAKS({
    const auto pool = WorkerPool::Start(4);
    pool->Submit([] {});
    pool->Stop();
  }) << "after one job";
  // [/statement]
}

std::shared_ptr<WorkerPool> LoggersOfTheProcess() {
  static const auto pool = WorkerPool::Start(1);
  return pool;
}

TEST(Marks, AllowedLeaks) {
  const taskleak::gtest::VerifyNoLeaks verify;
  // [allow]
  {
    const taskleak::AllowLeaks allow("the logger keeps its thread until the process ends");
    LoggersOfTheProcess();
  }
  // [/allow]
}

TEST(Marks, IgnoredThreads) {
  // [ignore]
  const taskleak::Options options{taskleak::IgnoreThreadName("pool-*"),
                                  taskleak::IgnoreAnyFunction("vendor::Client::*")};
  const taskleak::gtest::VerifyNoLeaks verify(options);
  // [/ignore]
  WorkerPool::Start(1);  // never stopped, and ignored by its threads' name
}
