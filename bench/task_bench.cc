// The cost of tasks: to register and end one, a clean check beside many, and a report of many.
#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/samples.h"
#include "registry/task_life.h"
#include "taskleak/task.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

void BeginAndEnd(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    const Task task("job");
    benchmark::DoNotOptimize(task.id());
  }
}

void WithStacks(benchmark::State& state, TaskStacks stacks) {
  registry::SetTaskStacks(stacks);
  BeginAndEnd(state);
  registry::SetTaskStacks(TaskStacks::kSite);
}

void TaskOff(benchmark::State& state) { WithStacks(state, TaskStacks::kOff); }
void TaskSite(benchmark::State& state) { WithStacks(state, TaskStacks::kSite); }
BENCHMARK(TaskOff);
BENCHMARK(TaskSite);

// Runs the benchmark below `depth` frames of its own.
[[gnu::noinline]] void Descend(benchmark::State& state, int depth) {
  if (depth == 0) {
    WithStacks(state, TaskStacks::kFull);
  } else {
    Descend(state, depth - 1);
  }
  benchmark::DoNotOptimize(depth);  // no tail call
}

// Six more frames are below these: those of the benchmark library, of main and of libc.
void TaskFull(benchmark::State& state) { Descend(state, 13); }
BENCHMARK(TaskFull);

void TaskSiteThreads(benchmark::State& state) { BeginAndEnd(state); }
BENCHMARK(TaskSiteThreads)->ThreadRange(1, 8)->UseRealTime();

void SuspendAndResume(benchmark::State& state) {
  Task task("job");
  for ([[maybe_unused]] auto _ : state) {
    task.SetWaiting("for the next");
    const Task::Run run(task);
  }
}
BENCHMARK(SuspendAndResume);

// Creates `count` tasks with three creators.
template <int number>
[[gnu::noinline]] Task Create() {
  return Task("job", __builtin_return_address(0));
}

std::vector<Task> CreateTasks(std::size_t count) {
  std::vector<Task> tasks;
  tasks.reserve(count);
  for (std::size_t i = 0; i < count; i += 3) {
    tasks.push_back(Create<0>());
    tasks.push_back(Create<1>());
    tasks.push_back(Create<2>());
  }
  return tasks;
}

constexpr std::size_t kMany = 10'000;

// Measures both ends of a test beside older tasks. `work` is the test.
template <typename Work>
void MeasureCleanTest(benchmark::State& state, std::size_t tasks, Work work) {
  const std::vector<Task> background = CreateTasks(tasks);
  TestRun run{Options()};
  run.RunStarted();
  run.SuiteStarted("Suite");
  Samples samples;
  int reports = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Clock::time_point start = Clock::now();
    run.TestStarted("Suite.Test");
    const Clock::duration begin = Clock::now() - start;
    work();
    const Clock::time_point end = Clock::now();
    if (run.TestEnded()) ++reports;
    samples.Add(Microseconds(Clock::now() - end + begin));
  }
  samples.Report(state);
  if (reports != 0) state.SkipWithError("a clean test was reported");
}

void CleanTestBeside(benchmark::State& state) {
  MeasureCleanTest(state, static_cast<std::size_t>(state.range(0)), [] {});
}
BENCHMARK(CleanTestBeside)->ArgName("tasks")->Arg(0)->Arg(kMany);

void CleanTestWithTasksBeside(benchmark::State& state) {
  MeasureCleanTest(state, static_cast<std::size_t>(state.range(0)), [] {
    for (int i = 0; i < 10; ++i) const Task task("short");
  });
}
BENCHMARK(CleanTestWithTasksBeside)->ArgName("tasks")->Arg(0)->Arg(kMany);

// The time for the check of tasks alone, when the rules ignore all tasks that were born in the
// test.
void IgnoredByName(benchmark::State& state) {
  Options options{IgnoreTaskName("jo*")};
  const Snapshot before = Snapshot::Take();
  const std::vector<Task> ignored = CreateTasks(kMany);
  bool empty = true;
  MeasureEach(state, [&] { empty = empty && FindLeaks(before, options).empty(); });
  if (!empty) state.SkipWithError("an ignored task was reported");
}
BENCHMARK(IgnoredByName);

// Returns the peak of resident memory in KiB (VmHWM in /proc/self/status).
double PeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double value = 0;
    if (word == "VmHWM:" && status >> value) return value;
  }
  return 0;
}

void FirstTaskReport(benchmark::State& state) {
  const Snapshot before = Snapshot::Take();
  const double without = PeakMemory();
  const std::vector<Task> tasks = CreateTasks(static_cast<std::size_t>(state.range(0)));
  Options options;
  options.drain = std::chrono::milliseconds(0);
  for ([[maybe_unused]] auto _ : state) {
    const double memory = PeakMemory();
    const Clock::time_point start = Clock::now();
    const LeakReport report = FindLeaks(before, options);
    const std::string text = report.ToText();
    state.counters["ms"] = Microseconds(Clock::now() - start) / 1000;
    state.counters["text_bytes"] = static_cast<double>(text.size());
    state.counters["groups"] = static_cast<double>(report.groups.size());
    state.counters["leaks"] = static_cast<double>(report.unit_count());
    state.counters["added_kib"] = PeakMemory() - memory;
    state.counters["tasks_kib"] = memory - without;
  }
}
BENCHMARK(FirstTaskReport)->ArgName("tasks")->Arg(3)->Arg(kMany)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace taskleak::bench
