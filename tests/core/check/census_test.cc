#include "taskleak/census.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

class CensusTest : public ::testing::Test {
 protected:
  // ThreadSanitizer starts a thread of its own with the first thread.
  static std::size_t CountAfterTheFirstThread() {
    int tid = 0;
    std::thread([&tid] { tid = gettid(); }).join();
    while (platform::ReadThreadStat(tid)) std::this_thread::yield();
    return TakeCensus().threads;
  }
  // The kernel still lists threads of an earlier test for a moment after they are joined.
  void SetUp() override {
    static const std::size_t at_first = CountAfterTheFirstThread();
    while (TakeCensus().threads != at_first) std::this_thread::yield();
  }
};

[[gnu::noinline]] Task StartCounted() { return Task("counted"); }
[[gnu::noinline]] std::thread StartWaiting(std::latch& end) {
  return std::thread([&end] { end.wait(); });
}

std::size_t At(const Census& census, UnitKind kind, const std::string& function) {
  std::size_t count = 0;
  for (const Census::SiteCount& site : census.sites) {
    if (site.kind == kind && site.site == "taskleak::(anonymous namespace)::" + function)
      count += site.count;
  }
  return count;
}

std::size_t In(const Census& census, UnitKind kind, WaitState state) {
  std::size_t count = 0;
  for (const Census::StateCount& each : census.states) {
    if (each.kind == kind && each.state == state) count += each.count;
  }
  return count;
}

TEST_F(CensusTest, CountsTasksByStateAndCreator) {
  const Census before = TakeCensus();
  std::vector<Task> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(StartCounted());
  for (int i = 0; i < 30; ++i) tasks[static_cast<std::size_t>(i)].SetWaiting("for a test");
  const Census census = TakeCensus();
  EXPECT_EQ(census.tasks, before.tasks + 100);
  EXPECT_EQ(At(census, UnitKind::kTask, "StartCounted"), 100U);
  EXPECT_EQ(In(census, UnitKind::kTask, WaitState::kSuspended),
            In(before, UnitKind::kTask, WaitState::kSuspended) + 30);
}

TEST_F(CensusTest, TotalsOfTasksAddUpWhicheverThreadEndsThem) {
  const Census before = TakeCensus();
  constexpr int kThreads = 4;
  constexpr int kTasks = 5000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < kTasks; ++j) {
        auto made = std::make_unique<Task>("short");
        if (j % 100 == 0) std::thread([task = std::move(made)] {}).join();
      }
    });
  }
  std::uint64_t born = before.tasks_born;
  std::uint64_t ended = before.tasks_ended;
  for (int i = 0; i < 100; ++i) {
    const Census census = TakeCensus();
    EXPECT_GE(census.tasks_born, born);
    EXPECT_GE(census.tasks_ended, ended);
    born = census.tasks_born;
    ended = census.tasks_ended;
  }
  for (std::thread& thread : threads) thread.join();
  const Census census = TakeCensus();
  EXPECT_EQ(census.tasks_born, before.tasks_born + std::uint64_t{kThreads} * kTasks);
  EXPECT_EQ(census.tasks_born - census.tasks_ended, census.tasks);
}

TEST_F(CensusTest, CountsThreadsByCreatorAndTheirTotals) {
  const Census before = TakeCensus();
  std::latch end(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) threads.push_back(StartWaiting(end));
  Census census = TakeCensus();
  EXPECT_EQ(census.threads, before.threads + 20);
  EXPECT_EQ(census.threads_born, before.threads_born + 20);
  EXPECT_EQ(At(census, UnitKind::kThread, "StartWaiting"), 20U);
  while (In(census, UnitKind::kThread, WaitState::kFutex) < 20) census = TakeCensus();
  end.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(TakeCensus().threads_ended, before.threads_ended + 20);
}

TEST_F(CensusTest, CountsAThreadThatNobodyJoinsUntilSomebodyDoes) {
  const std::size_t before = TakeCensus().unjoined;
  std::thread thread([] {});
  while (TakeCensus().unjoined == before) std::this_thread::yield();
  EXPECT_EQ(TakeCensus().unjoined, before + 1);
  thread.join();
  EXPECT_EQ(TakeCensus().unjoined, before);
}

TEST_F(CensusTest, DoesNotCountTaskleaksOwnThreads) {
  std::latch end(1);
  const Census before = TakeCensus();
  internal::OwnThread own("taskleak-test", [&] { end.wait(); });
  EXPECT_EQ(TakeCensus().threads, before.threads);
  end.count_down();
  own.Join();
}

}  // namespace
}  // namespace taskleak
