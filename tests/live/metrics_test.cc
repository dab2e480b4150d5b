#include "taskleak/live/metrics.h"

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "taskleak/internal/own_thread.h"
#include "taskleak/task.h"

#ifdef TASKLEAK_TESTS_HAVE_PROMETHEUS
#include <prometheus/text_serializer.h>

#include <sstream>

#include "taskleak/live/prometheus.h"
#endif

namespace taskleak::live {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;

[[gnu::noinline]] Task StartSession() { return Task("session"); }
[[gnu::noinline]] Task StartUpload() { return Task("upload"); }
[[gnu::noinline]] std::thread StartReader(std::latch& end) {
  return std::thread([&end] { end.wait(); });
}

constexpr int kReaderLine = __LINE__ + 5;
constexpr int kWriterLine = __LINE__ + 6;
[[gnu::noinline]] std::vector<std::thread> StartReadersAndWriter(std::latch& end) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&end] { end.wait(); });
  }
  std::thread writer([&end] { end.wait(); });
  threads.push_back(std::move(writer));
  return threads;
}

std::string Own(const std::string& function) {
  return "taskleak::live::(anonymous namespace)::" + function;
}

// Returns how many units a function created in all of its lines, or nothing if it has no sample.
std::optional<double> CountOf(const std::vector<Metric>& metrics, const std::string& kind,
                              const std::string& site) {
  std::optional<double> count;
  for (const Metric& metric : metrics) {
    if (metric.name != "taskleak_units_by_site") continue;
    for (const Metric::Sample& sample : metric.samples) {
      if (sample.labels[0].second == kind && sample.labels[1].second == site)
        count = count.value_or(0) + sample.value;
    }
  }
  return count;
}

// Returns the value of the sample with exactly these labels.
std::optional<double> Value(const std::vector<Metric>& metrics, const std::string& name,
                            const std::vector<std::pair<std::string, std::string>>& labels = {}) {
  for (const Metric& metric : metrics) {
    if (metric.name != name) continue;
    for (const Metric::Sample& sample : metric.samples) {
      if (sample.labels == labels) return sample.value;
    }
  }
  return std::nullopt;
}

TEST(MetricsTest, CountByCreatorAndState) {
  std::latch end(1);
  std::thread reader = StartReader(end);
  std::vector<Task> sessions;
  for (int i = 0; i < 7; ++i) sessions.push_back(StartSession());
  const auto metrics = CollectMetrics();
  end.count_down();
  reader.join();
  EXPECT_EQ(Value(metrics, "taskleak_tasks"), 7);
  EXPECT_EQ(CountOf(metrics, "task", Own("StartSession")), 7);
  EXPECT_EQ(Value(metrics, "taskleak_units_by_state", {{"kind", "task"}, {"state", "queued"}}), 7);
  EXPECT_EQ(CountOf(metrics, "thread", Own("StartReader")), 1);
}

// Condition variables wait with the same arguments as semaphores, and metrics read no stack.
TEST(MetricsTest, AThreadAtAConditionVariableIsNotCountedAsAtASemaphore) {
  const auto in = [](const std::string& state) {
    return Value(CollectMetrics(), "taskleak_units_by_state",
                 {{"kind", "thread"}, {"state", state}})
        .value_or(0);
  };
  ASSERT_EQ(in("semaphore"), 0);
  const double before = in("condvar") + in("futex");
  std::mutex mutex;
  std::condition_variable condition;
  bool waits = false;
  bool stop = false;
  std::thread thread([&] {
    std::unique_lock lock(mutex);
    waits = true;
    condition.notify_all();
    condition.wait(lock, [&] { return stop; });
  });
  {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return waits; });
  }
  double semaphores = 0;
  do {
    semaphores = in("semaphore");
  } while (semaphores == 0 && in("condvar") + in("futex") == before);
  EXPECT_EQ(semaphores, 0);
  {
    const std::lock_guard lock(mutex);
    stop = true;
  }
  condition.notify_all();
  thread.join();
}

// One creator, two kinds of threads: each has a sample of its own.
TEST(MetricsTest, KindsOfOneCreatorAreSeparate) {
  std::latch end(1);
  std::vector<std::thread> threads = StartReadersAndWriter(end);
  const auto metrics = CollectMetrics();
  end.count_down();
  for (std::thread& thread : threads) thread.join();
  std::vector<std::pair<std::string, double>> lines;
  for (const Metric& metric : metrics) {
    if (metric.name != "taskleak_units_by_site") continue;
    for (const Metric::Sample& sample : metric.samples) {
      if (sample.labels[1].second == Own("StartReadersAndWriter"))
        lines.emplace_back(sample.labels[2].second, sample.value);
    }
  }
  EXPECT_THAT(lines,
              ElementsAre(Pair(EndsWith("metrics_test.cc:" + std::to_string(kReaderLine)), 2),
                          Pair(EndsWith("metrics_test.cc:" + std::to_string(kWriterLine)), 1)));
}

TEST(MetricsTest, TaskleaksOwnThreadsAreInNoCount) {
  std::thread([] {}).join();  // ThreadSanitizer starts a thread with it
  const auto before = CollectMetrics();
  std::latch end(1);
  internal::OwnThread own("own", [&end] { end.wait(); });
  const auto during = CollectMetrics();
  end.count_down();
  own.Join();
  const auto after = CollectMetrics();
  for (const std::string name :
       {"taskleak_threads", "taskleak_threads_born", "taskleak_threads_ended"}) {
    EXPECT_EQ(Value(during, name), Value(before, name)) << name;
    EXPECT_EQ(Value(after, name), Value(before, name)) << name;
  }
}

TEST(MetricsTest, TotalsCountWhatHasEndedToo) {
  const auto before = CollectMetrics();
  { const Task task = StartSession(); }
  std::latch end(0);
  StartReader(end).join();
  const auto after = CollectMetrics();
  for (const std::string total : {"taskleak_tasks_born", "taskleak_tasks_ended",
                                  "taskleak_threads_born", "taskleak_threads_ended"})
    EXPECT_EQ(Value(after, total), *Value(before, total) + 1) << total;
}

TEST(MetricsTest, AThreadThatNobodyJoinsIsSuspected) {
  EXPECT_EQ(Value(CollectMetrics(), "taskleak_suspected_leaks", {{"reason", "unjoined"}}), 0);
  std::thread thread([] {});
  while (Value(CollectMetrics(), "taskleak_suspected_leaks", {{"reason", "unjoined"}}) == 0)
    std::this_thread::yield();
  thread.join();
}

TEST(MetricsTest, RareCreatorsAreAddedUp) {
  std::vector<Task> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(StartSession());
  for (int i = 0; i < 2; ++i) tasks.push_back(StartUpload());
  const auto metrics = CollectMetrics(1);
  EXPECT_EQ(CountOf(metrics, "task", Own("StartSession")), 5);
  EXPECT_EQ(CountOf(metrics, "task", Own("StartUpload")), std::nullopt);
  EXPECT_EQ(CountOf(metrics, "task", "(other)"), 2);
}

TEST(OpenMetricsTest, HasTheFormOfTheSpecification) {
  Metric gauge{Metric::Type::kGauge, "a_gauge", "What it is.", {{{{"l", "v"}, {"m", "w"}}, 2.5}}};
  Metric counter{Metric::Type::kCounter, "a_counter", "More.", {{{}, 7}}};
  EXPECT_EQ(ToOpenMetrics({gauge, counter}),
            "# TYPE a_gauge gauge\n"
            "# HELP a_gauge What it is.\n"
            "a_gauge{l=\"v\",m=\"w\"} 2.5\n"
            "# TYPE a_counter counter\n"
            "# HELP a_counter More.\n"
            "a_counter_total 7\n"
            "# EOF\n");
}

TEST(OpenMetricsTest, LabelValuesCannotBreakOut) {
  const Metric metric{Metric::Type::kGauge, "g", "", {{{{"site", "a\"b\\c\nd"}}, 1}}};
  EXPECT_THAT(ToOpenMetrics({metric}), HasSubstr("g{site=\"a\\\"b\\\\c?d\"} 1\n"));
}

#ifdef TASKLEAK_TESTS_HAVE_PROMETHEUS
TEST(PrometheusCollectableTest, SerializesTheSameNamesAndValues) {
  std::vector<Task> sessions;
  for (int i = 0; i < 4; ++i) sessions.push_back(StartSession());
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, PrometheusCollectable().Collect());
  EXPECT_THAT(text.str(), HasSubstr("# TYPE taskleak_tasks gauge\ntaskleak_tasks 4\n"));
  EXPECT_THAT(text.str(),
              HasSubstr("# TYPE taskleak_tasks_born_total counter\ntaskleak_tasks_born_total "));
  EXPECT_THAT(text.str(), HasSubstr("taskleak_units_by_site{kind=\"task\",site=\"" +
                                    Own("StartSession") + "\",line=\""));
}
#endif

}  // namespace
}  // namespace taskleak::live
