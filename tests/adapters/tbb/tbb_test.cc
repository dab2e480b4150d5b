#include "taskleak/tbb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/registry/tasks.h"
#include "support/leaks.h"

namespace taskleak {
namespace {

using ::testing::HasSubstr;
using testing::OnlyLeak;

// Gives oneTBB a thread of its own, even if there is only one processor.
class TbbTest : public ::testing::Test {
 private:
  tbb::global_control two_{tbb::global_control::max_allowed_parallelism, 2};
};

// A job that waits in a thread of oneTBB until the test ends it.
class Blocker {
 public:
  auto Job() {
    return [this] {
      started_.set_value();
      end_.get_future().wait();
    };
  }
  void WaitUntilItRuns() { started_.get_future().wait(); }
  void End() { end_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> end_;
};

// Returns the only leak of that name once it waits: a job sets its state to running just before.
Unit WaitingLeak(const Snapshot& before, const std::string& name) {
  for (;; std::this_thread::yield()) {
    Unit unit = OnlyLeak(before, name);
    if (unit.state != WaitState::kRunning) return unit;
  }
}

#if TASKLEAK_TBB_HAS_TASK_HANDLE
[[gnu::noinline]] tbb::task_handle Defer(TbbTaskGroup& group) {
  return group.defer([] {});
}

TEST_F(TbbTest, AJobThatNobodyRunsIsALeakOfWhoMadeIt) {
  const auto before = Snapshot::Take();
  TbbTaskGroup group;
  {
    const tbb::task_handle deferred = Defer(group);
    const Unit unit = OnlyLeak(before, "task_group job");
    EXPECT_EQ(unit.state, WaitState::kQueued);
    ASSERT_FALSE(unit.created_by.empty());
    EXPECT_THAT(unit.created_by[0].function, HasSubstr("Defer("));
  }
  group.wait();
  EXPECT_EQ(testing::TasksSince(0).size(), 0U);
}

TEST_F(TbbTest, WhatAJobCreatesDescendsFromIt) {
  TbbTaskGroup group;
  std::optional<Task> created;
  tbb::task_handle deferred = group.defer([&created] { created.emplace("created"); });
  const auto job = testing::TasksSince(0).at(0).serial;
  group.run_and_wait(std::move(deferred));
  EXPECT_EQ(testing::RecordOf(*created)->parent, job);
}
#endif

TEST_F(TbbTest, AJobThatDoesNotReturnRunsInAThreadOfOneTbb) {
  const auto before = Snapshot::Take();
  TbbTaskGroup group;
  Blocker blocker;
  group.run(blocker.Job());
  blocker.WaitUntilItRuns();
  const Unit unit = WaitingLeak(before, "task_group job");
  EXPECT_EQ(unit.state, WaitState::kFuture);
  EXPECT_THAT(unit.detail, HasSubstr("in thread "));
  EXPECT_FALSE(unit.stack.empty());
  blocker.End();
  group.wait();
  EXPECT_TRUE(testing::TasksSince(0).empty());
}

TEST_F(TbbTest, JobsOfACancelledGroupAreGone) {
  TbbTaskGroup group("resize");
  Blocker blocker;
  group.run(blocker.Job());
  blocker.WaitUntilItRuns();
  for (int i = 0; i < 10; ++i) group.run([] {});
  EXPECT_GE(testing::TasksSince(0).size(), 1U);
  EXPECT_EQ(testing::TasksSince(0)[0].name, "resize");
  group.cancel();
  blocker.End();
  EXPECT_EQ(group.wait(), tbb::canceled);
  EXPECT_TRUE(testing::TasksSince(0).empty());
}

TEST_F(TbbTest, AJobThatThrowsIsGone) {
  TbbTaskGroup group;
  group.run([] { throw std::runtime_error("failed"); });
  EXPECT_THROW(group.wait(), std::runtime_error);
  EXPECT_TRUE(testing::TasksSince(0).empty());
}

TEST_F(TbbTest, AnEnqueuedJobThatDoesNotReturnIsALeak) {
  const auto before = Snapshot::Take();
  auto blocker = std::make_shared<Blocker>();
  TbbTaskArena arena(2);
  arena.enqueue([blocker] { blocker->Job()(); });
  blocker->WaitUntilItRuns();
  EXPECT_EQ(WaitingLeak(before, "task_arena job").state, WaitState::kFuture);
  blocker->End();
  Options options;
  options.drain = std::chrono::seconds(30);
  options.ignore = {IgnoreRule::Parse("thread_name:*")};  // oneTBB keeps its threads
  EXPECT_TRUE(FindLeaks(before, options).empty());
}

TEST_F(TbbTest, AnyFunctionThatOneTbbKeepsCanBeTracked) {
  const auto before = Snapshot::Take();
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  {
    const auto job = TbbTracked("thumbnail", [done] { done->set_value(); });
    EXPECT_EQ(OnlyLeak(before, "thumbnail").state, WaitState::kQueued);
    tbb::task_group group;
    group.run(job);  // a copy counts as one more
    group.wait();
    future.wait();
  }
  EXPECT_TRUE(testing::TasksSince(0).empty());
}

}  // namespace
}  // namespace taskleak
