#include "taskleak/task.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/registry/tasks.h"
#include "registry/origin.h"
#include "registry/task_life.h"
#include "symbolize/symbolizer.h"

namespace taskleak {
namespace {

using testing::RecordOf;
using testing::TasksSince;

TEST(TaskTest, WaitingSaysForWhat) {
  Task task("session");
  task.SetWaiting("for the reply");
  EXPECT_EQ(RecordOf(task)->state, WaitState::kSuspended);
  EXPECT_EQ(RecordOf(task)->waiting, "for the reply");
  task.SetWaiting("", WaitState::kSleep);
  EXPECT_EQ(RecordOf(task)->state, WaitState::kSleep);
  EXPECT_EQ(RecordOf(task)->waiting, "");
}

TEST(TaskTest, LongTextsAreCut) {
  Task task(std::string(100, 'n'));
  task.SetWaiting(std::string(100, 'w'));
  EXPECT_EQ(RecordOf(task)->name, std::string(47, 'n'));
  EXPECT_EQ(RecordOf(task)->waiting, std::string(63, 'w'));
}

TEST(TaskTest, AMovedTaskIsTheSameUnitAndItsSourceNone) {
  Task first("moved");
  const std::int64_t id = first.id();
  Task second(std::move(first));
  EXPECT_EQ(second.id(), id);
  EXPECT_EQ(first.id(), 0);  // NOLINT(bugprone-use-after-move)
  first.SetWaiting("does nothing");
  EXPECT_EQ(TasksSince(0).size(), 1U);
}

TEST(TaskTest, RunningTellsTheThreadAndAfterwardsItIsSuspended) {
  const Task task("job");
  {
    const Task::Run run(task);
    EXPECT_EQ(RecordOf(task)->state, WaitState::kRunning);
    EXPECT_EQ(RecordOf(task)->thread, gettid());
  }
  EXPECT_EQ(RecordOf(task)->state, WaitState::kSuspended);
  EXPECT_EQ(RecordOf(task)->thread, 0);
}

TEST(TaskTest, WhatARunningTaskCreatesIsItsChild) {
  const Task outer("outer");
  const Task::Run run_outer(outer);
  std::optional<Task> inner("inner");
  {
    const Task::Run run_inner(*inner);
    const Task innermost("innermost");
    EXPECT_EQ(static_cast<std::int64_t>(RecordOf(innermost)->parent), inner->id());
  }
  const Task sibling("sibling");
  EXPECT_EQ(static_cast<std::int64_t>(RecordOf(sibling)->parent), outer.id());
}

TEST(TaskTest, ATaskMayEndWhileItRuns) {
  auto task = std::make_unique<Task>("ends");
  std::optional<Task::Run> run(*task);
  task.reset();
  const Task successor("successor");  // in the same slot
  run.reset();
  EXPECT_EQ(RecordOf(successor)->state, WaitState::kQueued);
  EXPECT_EQ(RecordOf(Task("free"))->parent, 0U);
}

TEST(TaskTest, TheOriginIsTheScopeThatRanAndIsCarriedToOtherThreads) {
  registry::OpenScope("First.Test", registry::ScopeKind::kFrame);
  const Task task("job");
  registry::OpenScope("Second.Test", registry::ScopeKind::kFrame);
  std::thread([&task] {
    const Task::Run run(task);
    const Task child("child");
    EXPECT_EQ(registry::OriginName(RecordOf(child)->origin), "First.Test");
  }).join();
  EXPECT_EQ(registry::OriginName(RecordOf(Task("other"))->origin), "Second.Test");
}

}  // namespace
}  // namespace taskleak
