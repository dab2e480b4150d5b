#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/registry/tasks.h"
#include "symbolize/symbolizer.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

using testing::TasksSince;

TEST(TrackedTest, AJobIsQueuedUntilItIsCalledRunsAndIsDone) {
  auto job = Tracked("job", [](int number) {
    const auto records = TasksSince(0);
    EXPECT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].state, WaitState::kRunning);
    return number + 1;
  });
  ASSERT_EQ(TasksSince(0).size(), 1U);
  EXPECT_EQ(TasksSince(0)[0].name, "job");
  EXPECT_EQ(TasksSince(0)[0].state, WaitState::kQueued);
  EXPECT_EQ(job(41), 42);
  EXPECT_TRUE(TasksSince(0).empty());
}

TEST(TrackedTest, AJobThatThrowsIsDone) {
  auto job = Tracked("job", [] { throw std::runtime_error("failed"); });
  EXPECT_THROW(job(), std::runtime_error);
  EXPECT_TRUE(TasksSince(0).empty());
}

TEST(TrackedTest, AJobDestroyedUncalledIsNoUnit) {
  {
    const auto job = Tracked("job", [] {});
  }
  EXPECT_TRUE(TasksSince(0).empty());
}

TEST(TrackedTest, ACopyIsOneMoreJobFromTheSamePlace) {
  auto job = Tracked("job", [] {});
  const auto site = TasksSince(0).at(0).site;
  const std::function<void()> copy = job;
  ASSERT_EQ(TasksSince(0).size(), 2U);
  for (const auto& record : TasksSince(0)) {
    EXPECT_EQ(record.name, "job");
    EXPECT_EQ(record.site, site);
  }
  job();
  EXPECT_EQ(TasksSince(0).size(), 1U);
  copy();
  EXPECT_TRUE(TasksSince(0).empty());
}

TEST(TrackedTest, ACallableThatCannotBeCopiedCanBeTracked) {
  auto job = Tracked("job", [number = std::make_unique<int>(7)] { return *number; });
  auto moved = std::move(job);
  EXPECT_EQ(TasksSince(0).size(), 1U);
  EXPECT_EQ(moved(), 7);
}

TEST(TrackedTest, AWrappedExecutorTracksWhatItIsGiven) {
  std::deque<std::function<void()>> queue;
  auto executor = WrapExecutor("pool", [&queue](auto job) { queue.emplace_back(std::move(job)); });
  int runs = 0;
  for (int i = 0; i < 3; ++i) executor([&runs] { ++runs; });
  EXPECT_EQ(TasksSince(0).size(), 3U);
  EXPECT_EQ(TasksSince(0)[0].name, "pool");
  queue.front()();
  EXPECT_EQ(TasksSince(0).size(), 2U);
  queue.clear();
  EXPECT_TRUE(TasksSince(0).empty());
  EXPECT_EQ(runs, 1);
}

// The site is in the code that submits the job, and not in the helper.
TEST(TrackedTest, TheCreatorIsWhoAskedForTheJob) {
  const auto job = Tracked("job", [] {});
  const auto name = symbolize::Quick(
      {.pc = TasksSince(0).at(0).site, .is_return_address = true, .guessed = false});
  EXPECT_EQ(name.plain_name,
            "taskleak::(anonymous namespace)::TrackedTest_TheCreatorIsWhoAskedForTheJob_Test::"
            "TestBody");
}

}  // namespace
}  // namespace taskleak
