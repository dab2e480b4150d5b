// Leaked tasks pass through the same steps as leaked threads.
#include <sys/syscall.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/task.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::milliseconds;
using testing::BlockedThread;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Functions;
using ::testing::HasSubstr;
using testing::NoWait;
using testing::Own;

[[gnu::noinline]] Task StartSession() { return Task("session"); }
[[gnu::noinline]] Task StartUpload() { return Task("upload"); }

TEST(FindTaskLeaksTest, ATaskThatStaysIsReportedWithCreatorStateAndText) {
  const auto before = Snapshot::Take();
  Task task = StartSession();
  task.SetWaiting("for the reply");
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  const Unit& unit = report.groups[0].first();
  EXPECT_EQ(unit.kind, UnitKind::kTask);
  EXPECT_EQ(unit.id, task.id());
  EXPECT_EQ(unit.name, "session");
  EXPECT_EQ(unit.state, WaitState::kSuspended);
  EXPECT_EQ(unit.detail, "for the reply");
  EXPECT_THAT(Functions(unit.created_by), Contains(Own("StartSession")));
}

TEST(FindTaskLeaksTest, ATaskOlderThanTheSnapshotIsNoLeak) {
  const Task task = StartSession();
  EXPECT_TRUE(FindLeaks(Snapshot::Take(), NoWait()).empty());
}

TEST(FindTaskLeaksTest, ATaskThatEndsWithinTheDrainIsNoLeak) {
  const auto before = Snapshot::Take();
  auto task = std::make_unique<Task>("late");
  std::thread late([&task] {
    std::this_thread::sleep_for(milliseconds(50));  // stands for work that takes a while
    task.reset();
  });
  EXPECT_TRUE(FindLeaks(before).empty());
  late.join();
}

// Each task is created before the previous one ends, so one is always alive.
TEST(FindTaskLeaksTest, AChainOfTasksIsFoundByEveryLook) {
  std::atomic<bool> begin{false};
  std::atomic<bool> end{false};
  std::latch first(1);
  const BlockedThread runner(
      [&] {
        while (!begin) std::this_thread::yield();
        std::optional<Task> task(std::in_place, "link");
        first.count_down();
        while (!end) {
          Task next("link");
          task.emplace(std::move(next));
        }
      },
      [&end] { end = true; });
  const auto before = Snapshot::Take();
  begin = true;
  first.wait();
  for (int i = 0; i < 300; ++i)
    ASSERT_GE(FindLeaks(before, NoWait()).unit_count(), 1U) << "look " << i;
}

TEST(FindTaskLeaksTest, TasksOfOneCreatorAreOneGroupWhateverTheyAreDoing) {
  const auto before = Snapshot::Take();
  std::vector<Task> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(StartSession());
  tasks[0].SetWaiting("for the reply");
  tasks.push_back(StartUpload());
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].units.size(), 20U);
  EXPECT_EQ(report.groups[0].first().state, WaitState::kQueued);
  EXPECT_EQ(report.groups[1].first().name, "upload");
  EXPECT_NE(report.groups[0].signature, report.groups[1].signature);
}

TEST(FindTaskLeaksTest, TheReportEndsWithRulesThatEachSilenceIt) {
  const auto before = Snapshot::Take();
  const Task task = StartSession();
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 1U);
  const auto& lines = report.groups[0].ignore;
  EXPECT_THAT(lines, ElementsAre("task_name:session", "created_by:" + Own("StartSession"),
                                 "signature:" + report.groups[0].signature));
  for (const std::string& line : lines)
    EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreRule::Parse(line)})).empty()) << line;
}

TEST(FindTaskLeaksTest, OtherRulesHoldForTasksToo) {
  const auto before = Snapshot::Take();
  const Task task = StartSession();
  const std::string module = FindLeaks(before, NoWait()).groups.at(0).first().created_by[0].module;
  EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreModule(module)})).empty());
  EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreTaskName("re:^sess")})).empty());
  EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreCurrent()})).empty());
  EXPECT_TRUE(
      FindLeaks(before, NoWait({IgnoreIf([](const Unit& u) { return u.name == "session"; })}))
          .empty());
  EXPECT_FALSE(FindLeaks(before, NoWait({IgnoreThreadName("session"), IgnoreModule("lib*"),
                                         IgnoreTaskName("other"), IgnoreCreatedBy("*StartUpload"),
                                         IgnoreAnyFunction("*StartSession")}))
                   .empty());
}

TEST(FindTaskLeaksTest, AnIgnoredTaskIsNotWaitedFor) {
  const auto before = Snapshot::Take();
  const Task task = StartSession();
  Options options{IgnoreCreatedBy("*StartSession")};
  options.drain = milliseconds(600'000);
  EXPECT_TRUE(FindLeaks(before, options).empty());
}

TEST(FindTaskLeaksTest, WhatIsBornAfterIgnoreCurrentIsFound) {
  const auto before = Snapshot::Take();
  const Task task = StartSession();
  const IgnoreRule rule = IgnoreCurrent();
  const Task later = StartUpload();
  const LeakReport report = FindLeaks(before, NoWait({rule}));
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_EQ(report.groups[0].first().name, "upload");
}

TEST(FindTaskLeaksTest, AdoptedTasksAreBackground) {
  const auto before = Snapshot::Take();
  const Task task = StartSession();
  AdoptCurrent();
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

TEST(FindTaskLeaksTest, AllowLeaksAdoptsWhatIsBornInItAndNothingElse) {
  const auto before = Snapshot::Take();
  const Task earlier = StartSession();
  std::optional<Task> allowed;
  {
    const AllowLeaks allow("a session that stays");
    allowed = StartUpload();
  }
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_EQ(report.groups[0].first().name, "session");
  EXPECT_THAT(report.notes, ElementsAre("AllowLeaks adopted 1 task: a session that stays"));
}

[[gnu::noinline]] void WaitInTheJob(std::mutex& mutex, std::condition_variable& changed,
                                    const bool& stop) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&stop] { return stop; });
}

TEST(FindTaskLeaksTest, ATaskThatRunsIsWhereItsThreadIs) {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  std::optional<Snapshot> before;
  std::latch started{1};
  const BlockedThread worker(
      [&] {
        before = Snapshot::Take();  // the worker itself does not count
        started.count_down();
        Tracked("job", [&] { WaitInTheJob(mutex, changed, stop); })();
      },
      [&] {
        const std::lock_guard lock(mutex);
        stop = true;
        changed.notify_all();
      });
  started.wait();
  worker.AwaitCall(SYS_futex);
  const LeakReport report = FindLeaks(*before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  const Unit& unit = report.groups[0].first();
  EXPECT_EQ(unit.kind, UnitKind::kTask);
  EXPECT_EQ(unit.state, WaitState::kCondvar);
  EXPECT_THAT(Functions(unit.stack), Contains(Own("WaitInTheJob")));
  EXPECT_THAT(unit.detail, HasSubstr("in thread " + std::to_string(worker.tid())));
}

TEST(FindTaskLeaksTest, IdleWorkersAndTheJobsTheyWouldRunAreOneLeak) {
  const auto before = Snapshot::Take();
  std::latch has_run{1};
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  const BlockedThread worker(
      [&] {
        Tracked("resize", [] {})();
        has_run.count_down();
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return stop; });
      },
      [&] {
        const std::lock_guard<std::mutex> lock(mutex);
        stop = true;
        changed.notify_all();
      });
  has_run.wait();
  worker.AwaitCall(SYS_futex);
  const auto queued = Tracked("resize", [] {});
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].first().id, worker.tid());
  EXPECT_EQ(report.groups[1].first().name, "resize");
  EXPECT_EQ(report.groups[1].part_of, report.groups[0].signature);
  EXPECT_THAT(report.ToText(), HasSubstr("1 leak, 1 thread and 1 task still alive"));
}

TEST(FindTaskLeaksTest, ARunBlamesTheTestThatCreatedTheTaskAndNoOther) {
  Options options = NoWait();
  TestRun run(options);
  run.RunStarted();
  run.SuiteStarted("Suite");
  run.TestStarted("Suite.Leaky");
  Task task = StartSession();
  task.SetWaiting("for ever");
  const auto text = run.TestEnded();
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, ::testing::ContainsRegex(
                         "1 leak, 1 task still alive ([0-9.]+ m?s )?after Suite.Leaky\n"));
  EXPECT_THAT(*text, HasSubstr("[1] 1 task \"session\" (" + std::to_string(task.id()) +
                               ")  suspended: for ever\n"));
  EXPECT_THAT(*text, HasSubstr("created in Suite.Leaky by\n"));
  EXPECT_THAT(*text, HasSubstr("ignore: task_name:session | created_by:"));
  run.TestStarted("Suite.Innocent");
  EXPECT_EQ(run.TestEnded(), std::nullopt);
  EXPECT_EQ(run.SuiteEnded(), std::nullopt);
  EXPECT_EQ(run.RunEnded(), std::nullopt);
}

TEST(FindTaskLeaksTest, TheJsonReportTellsKindStateAndParent) {
  const auto before = Snapshot::Take();
  const Task parent = StartSession();
  const Task::Run run(parent);
  const Task child = StartUpload();
  const std::string json = FindLeaks(before, NoWait()).ToJson();
  EXPECT_THAT(json, HasSubstr(R"("kind": "task")"));
  EXPECT_THAT(json, HasSubstr(R"("state": "queued")"));
  EXPECT_THAT(json, HasSubstr("\"parent\": " + std::to_string(parent.id())));
}

TEST(FindTaskLeaksTest, ATaskWithoutKnownCreatorGoesByItsName) {
  const auto before = Snapshot::Take();
  const Task first("conn-1", nullptr);
  const Task second("conn-17", nullptr);
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].signature, report.groups[1].signature);
  EXPECT_THAT(report.groups[0].ignore, Contains("task_name:conn-1"));
}

}  // namespace
}  // namespace taskleak
