// Which tasks run now.
#include "taskleak/internal/task_turns.h"

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "taskleak/task.h"

namespace taskleak::internal {
namespace {

using ::testing::AnyOf;

std::optional<TaskTurn> TurnOf(const Task& task) {
  for (const TaskTurn& turn : TurnsUnderWay()) {
    if (turn.key.task == task.id()) return turn;
  }
  return std::nullopt;
}

TEST(TaskTurnsTest, OnlyTasksThatRunAreListed) {
  const Task queued("queued");
  Task waits("waits");
  waits.SetWaiting("a reply");
  const Task runs("runs");
  const Task::Run run(runs);
  EXPECT_FALSE(TurnOf(queued));
  EXPECT_FALSE(TurnOf(waits));
  const auto turn = TurnOf(runs);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->thread, gettid());
  EXPECT_EQ(turn->name, "runs");
}

TEST(TaskTurnsTest, EachTurnHasItsOwnKey) {
  const Task task("runs");
  const auto turn = [&task] {
    const Task::Run run(task);
    const TurnKey key = TurnOf(task)->key;
    EXPECT_EQ(TurnOf(task)->key, key);
    return key;
  };
  const TurnKey first = turn();
  const TurnKey second = turn();
  EXPECT_NE(first, second);
  EXPECT_FALSE(TurnOf(task));
}

TEST(TaskTurnsTest, ATaskWithinATaskRunsBesideIt) {
  const Task outer("outer");
  const Task::Run outer_run(outer);
  const TurnKey key = TurnOf(outer)->key;
  {
    const Task inner("inner");
    const Task::Run inner_run(inner);
    EXPECT_TRUE(TurnOf(inner));
  }
  EXPECT_EQ(TurnOf(outer)->key, key);
}

TEST(TaskTurnsTest, IsReadWhileTasksComeAndGo) {
  constexpr int kLooks = 2000;
  std::atomic<bool> end{false};
  std::vector<std::thread> pools;
  for (const char* const name : {"first", "second", "third"}) {
    pools.emplace_back([&end, name] {
      while (!end.load()) {
        Task task(name);
        const Task::Run run(task);
      }
    });
  }
  std::size_t seen = 0;
  for (int look = 0; look < kLooks || seen == 0; ++look) {
    for (const TaskTurn& turn : TurnsUnderWay()) {
      EXPECT_THAT(turn.name, AnyOf("first", "second", "third"));
      EXPECT_NE(turn.thread, gettid());
      ++seen;
    }
  }
  end.store(true);
  for (std::thread& pool : pools) pool.join();
  EXPECT_TRUE(TurnsUnderWay().empty());
}

}  // namespace
}  // namespace taskleak::internal
