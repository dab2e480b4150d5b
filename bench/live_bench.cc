// The cost of taskleak::live for a service: pages, scrapes, and the time between them.
// bench/live runs this, and also measures the loss of throughput of a service.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/parked_threads.h"
#include "bench/samples.h"
#include "taskleak/live/endpoint.h"
#include "taskleak/live/server.h"
#include "taskleak/live/watch.h"
#include "taskleak/task.h"

namespace taskleak::live {
namespace {

using bench::Clock;
using bench::MeasureEach;
using bench::Microseconds;
using bench::ParkedThreads;
using bench::Samples;

/// Threads that wait in a system call that ends with EINTR for any signal.
class PollingThreads {
 public:
  explicit PollingThreads(int count) {
    if (pipe(pipe_.data()) != 0) std::abort();
    threads_.emplace(count, [this](int, std::latch&) {
      pollfd readable = {pipe_[0], POLLIN, 0};
      while (poll(&readable, 1, -1) < 0 && errno == EINTR) ++disturbed_;
    });
  }
  ~PollingThreads() {
    close(pipe_[1]);
    threads_.reset();
    close(pipe_[0]);
  }
  PollingThreads(const PollingThreads&) = delete;
  PollingThreads& operator=(const PollingThreads&) = delete;

  [[nodiscard]] int disturbed() const { return disturbed_; }

 private:
  std::array<int, 2> pipe_{};
  std::atomic<int> disturbed_{0};
  std::optional<ParkedThreads> threads_;
};

std::vector<Task> QueueJobs(std::int64_t count) {
  std::vector<Task> jobs;
  jobs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) jobs.emplace_back("job");
  return jobs;
}

Endpoint::Request Get(const std::string& path) { return {"GET", path, {}, {}}; }

// Arguments: threads, tasks. `first_us` is the time of the first page, before anything is cached.
void Page(benchmark::State& state, const Endpoint::Request& request) {
  const PollingThreads threads(static_cast<int>(state.range(0)));
  const std::vector<Task> jobs = QueueJobs(state.range(1));
  Endpoint endpoint;
  const Clock::time_point start = Clock::now();
  std::size_t bytes = endpoint.Handle(request).body.size();
  state.counters["first"] = Microseconds(Clock::now() - start);
  MeasureEach(state, [&] { bytes = endpoint.Handle(request).body.size(); });
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["disturbed"] = threads.disturbed();
}

void HtmlPage(benchmark::State& state) { Page(state, Get("/debug/tasks/")); }
void UnitText(benchmark::State& state) {
  Endpoint::Request request = Get("/debug/tasks/");
  request.parameters.emplace("debug", "2");
  Page(state, request);
}
void Scrape(benchmark::State& state) { Page(state, Get("/debug/tasks/metrics")); }
BENCHMARK(HtmlPage)->ArgNames({"threads", "tasks"})->Args({1000, 10000})->UseRealTime();
BENCHMARK(UnitText)->ArgNames({"threads", "tasks"})->Args({1000, 10000})->UseRealTime();
BENCHMARK(Scrape)
    ->ArgNames({"threads", "tasks"})
    ->Args({10, 0})
    ->Args({100, 0})
    ->Args({1000, 0})
    ->Args({1000, 10000})
    ->UseRealTime();

// Returns how often threads of this process went to sleep and woke up, without the calling thread.
long SwitchesOfOthers() {
  long switches = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() == std::to_string(gettid())) continue;
    std::ifstream status(thread.path() / "status");
    for (std::string word; status >> word;) {
      long value = 0;
      if (word == "voluntary_ctxt_switches:" && status >> value) switches += value;
    }
  }
  return switches;
}

// A watch with `looks` per second, and also with glances for stalls if there are to be any. None
// without looks.
std::unique_ptr<Watch> MakeWatch(std::int64_t looks, std::int64_t glances) {
  if (looks == 0) return nullptr;
  constexpr int kGlancesPerRule = 4;
  WatchOptions options;
  options.period = std::chrono::milliseconds(1000 / looks);
  if (glances != 0) {
    const std::chrono::milliseconds longer_than(1000 * kGlancesPerRule / glances);
    options.rules.emplace_back(StallRule{.longer_than = longer_than, .except = {}});
  }
  return std::make_unique<Watch>(options);
}

// Wake-ups per second without requests. Arguments: looks of a watch per second, and its glances.
void Idle(benchmark::State& state) {
  const Server server;
  const std::unique_ptr<Watch> watch = MakeWatch(state.range(0), state.range(1));
  std::this_thread::sleep_for(std::chrono::seconds(1));  // all have started
  for ([[maybe_unused]] auto _ : state) {
    const long before = SwitchesOfOthers();
    const Clock::time_point start = Clock::now();
    std::this_thread::sleep_for(std::chrono::seconds(5));
    const double seconds = Microseconds(Clock::now() - start) / 1e6;
    state.counters["per_second"] = static_cast<double>(SwitchesOfOthers() - before) / seconds;
  }
}
BENCHMARK(Idle)
    ->ArgNames({"looks", "glances"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({4, 0})
    ->Args({1, 4})
    ->Iterations(1)
    ->UseRealTime();

// What a service's own work costs while nothing is looked at: turns of a task. Arguments: looks of
// a watch per second, its glances, and other tasks, which wait.
void Turns(benchmark::State& state) {
  const std::unique_ptr<Watch> watch = MakeWatch(state.range(0), state.range(1));
  const std::vector<Task> jobs = QueueJobs(state.range(2));
  Task task("job");
  for ([[maybe_unused]] auto _ : state) {
    task.SetWaiting("for the next");
    const Task::Run run(task);
  }
}
BENCHMARK(Turns)
    ->ArgNames({"looks", "glances", "tasks"})
    ->Args({0, 0, 1000})
    ->Args({1, 0, 1000})
    ->Args({1, 4, 1000})
    ->MinTime(2)
    ->Repetitions(3)
    ->ReportAggregatesOnly()
    ->UseRealTime();

}  // namespace
}  // namespace taskleak::live
