#include "registry/creation_stacks.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/registry/tasks.h"
#include "registry/task_life.h"
#include "support/leaks.h"
#include "symbolize/symbolizer.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using testing::Own;
using testing::RecordOf;

std::string NameOf(std::uintptr_t return_address) {
  return symbolize::Quick({.pc = return_address, .is_return_address = true, .guessed = false})
      .plain_name;
}

// All of them have the test's own anonymous namespace.
[[gnu::noinline]] Task MakeTask() { return Task("made"); }

[[gnu::noinline]] Task CallMakeTask() {
  Task task = MakeTask();
  task.SetWaiting("");  // keeps this from being a tail call
  return task;
}

class TaskStacksTest : public ::testing::TestWithParam<TaskStacks> {
 protected:
  TaskStacksTest() { registry::SetTaskStacks(GetParam()); }
  ~TaskStacksTest() override { registry::SetTaskStacks(TaskStacks::kSite); }
};

TEST_P(TaskStacksTest, KeepsWhatTheOptionSays) {
  const Task task = CallMakeTask();
  const auto record = RecordOf(task);
  if (GetParam() == TaskStacks::kOff) {
    EXPECT_EQ(record->site, 0U);
    EXPECT_EQ(record->created, nullptr);
    return;
  }
  EXPECT_EQ(NameOf(record->site), Own("MakeTask"));
  if (GetParam() == TaskStacks::kSite) {
    EXPECT_EQ(record->created, nullptr);
    return;
  }
  ASSERT_NE(record->created, nullptr);
  ASSERT_GE(record->created->depth, 3U);
  EXPECT_EQ(NameOf(record->created->addresses[0]), Own("MakeTask"));
  EXPECT_EQ(NameOf(record->created->addresses[1]), Own("CallMakeTask"));
}

INSTANTIATE_TEST_SUITE_P(All, TaskStacksTest,
                         ::testing::Values(TaskStacks::kOff, TaskStacks::kSite, TaskStacks::kFull));

TEST(CreationStacksTest, EqualStacksAreKeptOnce) {
  registry::SetTaskStacks(TaskStacks::kFull);
  std::vector<const registry::CreationStack*> stacks;
  for (int i = 0; i < 3; ++i) {
    const Task task = i == 2 ? MakeTask() : CallMakeTask();
    stacks.push_back(RecordOf(task)->created);
  }
  registry::SetTaskStacks(TaskStacks::kSite);
  EXPECT_EQ(stacks[0], stacks[1]);
  EXPECT_NE(stacks[0], stacks[2]);
}

}  // namespace
}  // namespace taskleak
