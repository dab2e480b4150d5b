#include "registry/task_registry.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/registry/tasks.h"
#include "registry/task_epoch.h"
#include "registry/task_memory.h"
#include "taskleak/internal/coroutine_task.h"
#include "taskleak/task.h"

namespace taskleak::registry {
namespace {

using testing::RecordOf;
using testing::TasksSince;

TEST(TaskRegistryTest, ATaskIsVisitedFromItsBirthToItsEnd) {
  const Epoch before = BeginEpoch();
  {
    const Task task("session");
    const auto records = TasksSince(before);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].name, "session");
    EXPECT_EQ(records[0].state, WaitState::kQueued);
    EXPECT_EQ(static_cast<std::int64_t>(records[0].serial), task.id());
  }
  EXPECT_TRUE(TasksSince(before).empty());
}

TEST(TaskRegistryTest, TasksOfEarlierEpochsAreNotVisited) {
  const Task earlier("earlier");
  const Epoch first = BeginEpoch();
  EXPECT_TRUE(TasksSince(first).empty());
  const Task later("later");
  const auto records = TasksSince(first);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].name, "later");
}

TEST(TaskRegistryTest, AnEpochEndsOnlyIfSomebodyWasBornInIt) {
  const Epoch first = BeginEpoch();
  EXPECT_EQ(BeginEpoch(), first);
  { const Task task("short"); }
  EXPECT_GT(BeginEpoch(), first);
}

TEST(TaskRegistryTest, TasksAreOfAnEpochThatAnotherThreadHasBegunAndNotAnnounced) {
  const std::array<std::uintptr_t, 2> frame{};
  BeginEpoch();
  for (int i = 0; i < 2; ++i) const internal::CoroutineTask warm_up(frame.data(), nullptr);
  g_epochs.current.fetch_add(1);  // of BeginEpoch(), in a thread that then loses its processor
  const Epoch first = BeginEpoch();
  const internal::CoroutineTask task(frame.data(), nullptr);
  EXPECT_EQ(TasksSince(first).size(), 1U);
}

TEST(TaskRegistryTest, SerialsAreNeverUsedAgain) {
  std::set<std::int64_t> serials;
  for (int i = 0; i < 1000; ++i) {
    const Task task("one of many");
    EXPECT_TRUE(serials.insert(task.id()).second);
  }
}

TEST(TaskRegistryTest, ATaskBornInAUsedSlotIsOfItsOwnEpoch) {
  { const Task old("old"); }
  const Epoch first = BeginEpoch();
  const Task task("new");
  ASSERT_EQ(TasksSince(first).size(), 1U);
  EXPECT_TRUE(TasksSince(BeginEpoch()).empty());
}

TEST(TaskRegistryTest, AdoptedTasksAreNotVisitedButTheirSuccessorsAre) {
  const Epoch first = BeginEpoch();
  auto task = Task("adopted");
  AdoptTasks(first, [](const TaskRecord&) { return true; });
  EXPECT_TRUE(TasksSince(first).empty());
  task = Task("successor");
  EXPECT_EQ(TasksSince(first).size(), 1U);
}

std::size_t CountChunks() {
  std::size_t count = 0;
  for (const TaskChunk* chunk = FirstChunk(); chunk != nullptr; chunk = chunk->next) ++count;
  return count;
}

TEST(TaskRegistryTest, AThreadThatOnlyEndsTasksFeedsOneThatOnlyCreatesThem) {
  const auto hand_over = [](int count) {
    std::vector<Task> tasks;
    for (int i = 0; i < count; ++i) tasks.emplace_back("handed over");
    std::thread([&tasks] { tasks.clear(); }).join();
  };
  hand_over(100);
  const std::size_t before = CountChunks();
  for (int round = 0; round < 50; ++round) hand_over(100);
  EXPECT_LE(CountChunks(), before + 2);
}

TEST(TaskRegistryTest, ATextIsNeverSeenHalfChanged) {
  const std::string a(60, 'a');
  const std::string b(50, 'b');
  std::atomic<bool> end{false};
  std::atomic<std::int64_t> id{0};
  std::thread owner([&] {
    Task task("restless");
    id.store(task.id());
    while (!end.load()) {
      task.SetWaiting(a);
      task.SetWaiting(b, WaitState::kSleep);
    }
  });
  while (id.load() == 0) std::this_thread::yield();
  int seen = 0;
  for (int i = 0; i < 20'000; ++i) {
    ForEachTask(0, [&](const TaskRecord& record) {
      if (static_cast<std::int64_t>(record.serial) != id.load() || !IsStill(record)) return;
      ++seen;
      const bool first = record.state == WaitState::kSuspended && record.waiting == a;
      const bool second = record.state == WaitState::kSleep && record.waiting == b;
      const bool none = record.state == WaitState::kQueued && record.waiting.empty();
      EXPECT_TRUE(first || second || none) << record.waiting;
    });
  }
  end.store(true);
  owner.join();
  EXPECT_EQ(TasksSince(0).size(), 0U);
  RecordProperty("seen", seen);
}

TEST(TaskRegistryTest, TasksOfManyThreadsAtOnceAreAllCounted) {
  constexpr int kThreads = 8;
  constexpr int kTasks = 500;
  const Epoch first = BeginEpoch();
  std::vector<std::vector<Task>> tasks(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<Task>& mine : tasks) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < kTasks; ++i) {
        mine.emplace_back("kept");
        const Task ended("ended");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto records = TasksSince(first);
  EXPECT_EQ(records.size(), std::size_t{kThreads} * kTasks);
  EXPECT_TRUE(
      std::all_of(records.begin(), records.end(), [](const auto& r) { return r.name == "kept"; }));
}

TEST(TaskRegistryTest, AForkedChildHasNoneOfItsParentsTasks) {
  const Task parents("parent's");
  const pid_t child = fork();
  if (child == 0) {
    const bool none = TasksSince(0).empty();
    const Task own("own");
    _exit(none && TasksSince(0).size() == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(TasksSince(0).size(), 1U);
}

}  // namespace
}  // namespace taskleak::registry
