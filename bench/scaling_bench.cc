// The growth of costs: each benchmark varies one number by decades, and finds the curve that fits
// best (bench/compare/compare makes a table of it).
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/parked_threads.h"
#include "taskleak/alive.h"
#include "taskleak/task.h"
#include "taskleak/test_run.h"

namespace taskleak::bench {
namespace {

constexpr int kMostSites = 1000;
constexpr int kMost = 10'000;

// Checks the tests of a run. None of them leaves anything behind.
void CheckTests(benchmark::State& state) {
  TestRun run(Options{});
  run.RunStarted();
  for ([[maybe_unused]] auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) {
      static_cast<void>(run.TestStarted("Suite.Test" + std::to_string(i)));
      if (run.TestEnded()) state.SkipWithError("found a leak");
    }
  }
  state.SetComplexityN(state.range(0));
}

void Report(benchmark::State& state, std::size_t units, std::size_t groups) {
  benchmark::DoNotOptimize(FindAlive().ToText());  // lines are looked up once in a process
  for ([[maybe_unused]] auto _ : state) {
    const LeakReport report = FindAlive();
    benchmark::DoNotOptimize(report.ToText());
    if (report.unit_count() < units || report.groups.size() < groups)
      state.SkipWithError("does not see them all");
  }
  state.SetComplexityN(state.range(0));
}

// All threads wait at one place.
void ReportThreads(benchmark::State& state) {
  const ParkedThreads threads(static_cast<int>(state.range(0)));
  Report(state, static_cast<std::size_t>(state.range(0)), 1);
}

template <int number>
[[gnu::noinline]] std::unique_ptr<Task> CreateAt() {
  auto* const task = new Task("job");  // std::make_unique would be the creator of all tasks
  benchmark::DoNotOptimize(number);
  return std::unique_ptr<Task>(task);
}

template <int... numbers>
constexpr auto Sites(std::integer_sequence<int, numbers...>) {
  return std::array<std::unique_ptr<Task> (*)(), sizeof...(numbers)>{CreateAt<numbers>...};
}

void ReportTasks(benchmark::State& state, std::size_t sites) {
  static constexpr auto kSites = Sites(std::make_integer_sequence<int, kMostSites>());
  std::vector<std::unique_ptr<Task>> tasks;
  const auto count = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(kSites.at(i % sites)());
  Report(state, count, std::min(count, sites));
}

void ReportTasksOfOneGroup(benchmark::State& state) { ReportTasks(state, 1); }
void ReportGroupsOfOneTask(benchmark::State& state) { ReportTasks(state, kMostSites); }

BENCHMARK(CheckTests)->RangeMultiplier(10)->Range(1, kMost)->Complexity();
BENCHMARK(ReportThreads)->RangeMultiplier(10)->Range(1, kMost)->Complexity();
BENCHMARK(ReportTasksOfOneGroup)->RangeMultiplier(10)->Range(1, kMost)->Complexity();
BENCHMARK(ReportGroupsOfOneTask)->RangeMultiplier(10)->Range(1, kMostSites)->Complexity();

}  // namespace
}  // namespace taskleak::bench
