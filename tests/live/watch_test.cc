#include "taskleak/live/watch.h"

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"
#include "taskleak/alive.h"
#include "taskleak/live/metrics.h"
#include "taskleak/task.h"

namespace taskleak::live {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;

[[gnu::noinline]] Task Subscribe() { return Task("subscription"); }

// Leaks some tasks for each look, however long a look takes.
void LeakAndLook(std::vector<Task>& left) {
  for (int i = 0; i < 10; ++i) left.push_back(Subscribe());
  static_cast<void>(TakeCapture());
}

// Collects alarms.
class Alarms {
 public:
  void Add(const Alarm& alarm) {
    const std::lock_guard lock(mutex_);
    all_.push_back(alarm);
    changed_.notify_all();
  }
  Alarm AwaitFirst() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !all_.empty(); });
    return all_.front();
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return all_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Alarm> all_;
};

double SuspectedFor(const std::string& reason) {
  for (const Metric& metric : CollectMetrics()) {
    for (const Metric::Sample& sample : metric.samples) {
      if (metric.name == "taskleak_suspected_leaks" && sample.labels[0].second == reason)
        return sample.value;
    }
  }
  return 0;
}

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    options_.period = milliseconds(2);
    options_.rules = {GrowthRule{.looks = 4, .at_least = 6}};
    options_.on_alarm = [this](const Alarm& alarm) { alarms_.Add(alarm); };
  }

  Alarms alarms_;
  WatchOptions options_;
};

TEST_F(WatchTest, ALeakThatGrowsAlarmsOncePerCoolDownAndCountsInTheMetrics) {
  std::vector<Task> left;
  {
    const Watch watch(options_);
    std::thread leaker([&] {
      while (alarms_.count() == 0) LeakAndLook(left);
    });
    const Alarm alarm = alarms_.AwaitFirst();
    leaker.join();
    EXPECT_EQ(alarm.reason, "growth");
    EXPECT_THAT(alarm.text, HasSubstr("Subscribe()"));
    EXPECT_GT(alarm.capture->tasks, 0U);
    while (SuspectedFor("growth") > 0) {  // until it has not grown for some looks
      ASSERT_EQ(alarms_.count(), 1U);
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(SuspectedFor("growth"), 0);
}

TEST_F(WatchTest, SavesTheSceneWithTheLooksBeforeAndAfter) {
  const TemporaryDirectory directory;
  std::string folder = directory.File("");
  folder.pop_back();
  options_.files.emplace().folder = folder;
  options_.files->name = "service";
  const Watch watch(options_);
  std::vector<Task> left;
  const auto names = [&folder] {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      all.push_back(entry.path().filename());
    return all;
  };
  while (!::testing::Value(names(), Contains(EndsWith("Z-after.txt")))) {
    if (alarms_.count() == 0)
      LeakAndLook(left);
    else
      std::this_thread::yield();
  }
  EXPECT_THAT(names(), AllOf(Contains(EndsWith("Z.pb.gz")), Contains(EndsWith("Z-before.txt")),
                             Contains(EndsWith("Z-hour.html")), Contains(EndsWith("Z.txt"))));
  for (const std::string& name : names()) {
    if (name.ends_with("Z-hour.html")) {
      EXPECT_THAT(ReadFile(directory.File(name)), HasSubstr("\"alarm\":\"growth: "));
    }
    if (!name.ends_with("Z.txt")) continue;
    EXPECT_THAT(ReadFile(directory.File(name)),
                AllOf(HasSubstr("growth: "), HasSubstr("\ngrew: ")));
  }
}

TEST_F(WatchTest, ItsLooksTakeNobodysPlaceAmongTheCapturesThatAreKept) {
  const CapturePtr told = TakeCapture();
  options_.rules = {LimitRule{.threads = 0, .bytes = 1, .longer_than = milliseconds(0)}};
  options_.cool_down = milliseconds(0);
  const Watch watch(options_);
  while (alarms_.count() < 20) std::this_thread::yield();  // one for each look
  EXPECT_EQ(FindCapture(told->id), told);
}

TEST_F(WatchTest, ItsThreadIsNotReported) {
  const std::size_t before = FindAlive().unit_count();
  const Watch watch(options_);
  EXPECT_EQ(FindAlive().unit_count(), before);
}

double ValueOf(const std::string& name) {
  for (const Metric& metric : CollectMetrics()) {
    if (metric.name == name) return metric.samples.at(0).value;
  }
  return -1;
}

// Does not return before `end` is ready.
[[gnu::noinline]] void HandleRequest(const std::shared_future<void>& end) { end.wait(); }

TEST_F(WatchTest, ATaskThatRunsForTooLongAlarmsWhileItRuns) {
  EXPECT_EQ(ValueOf("taskleak_stalls"), -1);
  options_.rules = {StallRule{milliseconds(20)}};
  std::promise<void> end;
  std::thread worker;
  {
    const Watch watch(options_);
    worker = std::thread(
        [end = end.get_future().share()] { Tracked("request", [&end] { HandleRequest(end); })(); });
    const Alarm alarm = alarms_.AwaitFirst();
    EXPECT_EQ(alarm.reason, "stall");
    EXPECT_THAT(alarm.text, AllOf(HasSubstr("\"request\" has run on thread "), HasSubstr("s: "),
                                  HasSubstr("HandleRequest")));
    ASSERT_TRUE(alarm.stalled);
    EXPECT_EQ(alarm.stalled->name, "request");
    EXPECT_GE(SuspectedFor("stall"), 1);
    EXPECT_EQ(ValueOf("taskleak_stalls"), 1);
    end.set_value();
    while (SuspectedFor("stall") > 0) std::this_thread::yield();
    EXPECT_EQ(alarms_.count(), 1U);
  }
  worker.join();
  EXPECT_EQ(ValueOf("taskleak_stalls"), 1);
}

TEST_F(WatchTest, WhatCannotContinueAlarmsAndCountsInTheMetrics) {
  const auto lost_tasks = [] {
    for (const Metric& metric : CollectMetrics()) {
      if (metric.name != "taskleak_stuck_units") continue;
      for (const Metric::Sample& sample : metric.samples) {
        if (sample.labels[0].second == "task" && sample.labels[1].second == "lost")
          return sample.value;
      }
    }
    return -1.0;
  };
  EXPECT_EQ(lost_tasks(), -1);
  options_.rules = {StuckRule()};
  Task lost = Subscribe();
  {
    const Watch watch(options_);
    while (lost_tasks() != 0) std::this_thread::yield();
    lost.SetWaiting("", WaitState::kLost);
    while (lost_tasks() != 1) std::this_thread::yield();
    EXPECT_EQ(alarms_.AwaitFirst().reason, "stuck");
    EXPECT_GE(SuspectedFor("stuck"), 1);
  }
  EXPECT_EQ(lost_tasks(), -1);
}

TEST_F(WatchTest, ACoolDownOfThirtyYearsIsKept) {
  options_.cool_down = milliseconds(1'000'000'000'000);
  options_.rules = {LimitRule{.bytes = 1, .longer_than = milliseconds(0)},
                    BlockedRule{.more_than = 0, .longer_than = options_.cool_down}};
  const std::uint64_t before = TakeCapture()->id;
  const Watch watch(options_);
  while (TakeCapture()->id < before + 20) std::this_thread::sleep_for(options_.period);
  alarms_.AwaitFirst();
  EXPECT_EQ(alarms_.count(), 1U);
}

TEST_F(WatchTest, BadOptionsThrow) {
  options_.period = milliseconds(0);
  EXPECT_THROW(Watch watch(options_), std::invalid_argument);
  options_.period = milliseconds(1);
  options_.rules = {GrowthRule{.looks = 2, .at_least = 1}};
  EXPECT_THROW(Watch watch(options_), std::invalid_argument);
  options_.rules = {StallRule{milliseconds(3)}};
  EXPECT_THROW(Watch watch(options_), std::invalid_argument);
  options_.rules.clear();
  for (const milliseconds bad : {milliseconds::min(), milliseconds(-1),
                                 milliseconds(1'000'000'000'001), milliseconds::max()}) {
    WatchOptions options;
    options.period = bad;
    EXPECT_THROW(Watch watch(options), std::invalid_argument) << bad.count();
    options = {};
    options.cool_down = bad;
    EXPECT_THROW(Watch watch(options), std::invalid_argument) << bad.count();
    for (const Rule& rule :
         {Rule(BlockedRule{1, bad}), Rule(LimitRule{1, 0, bad}), Rule(StallRule{bad})}) {
      options = {};
      options.rules = {rule};
      EXPECT_THROW(Watch watch(options), std::invalid_argument) << bad.count();
    }
  }
  options_.files.emplace().folder = "/nonexistent/folder";
  EXPECT_THROW(Watch watch(options_), std::runtime_error);
}

}  // namespace
}  // namespace taskleak::live
