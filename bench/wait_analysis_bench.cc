// The cost of finding out why threads are stuck. The threads wait for each other in circles. The
// second look at each is measured, so names are already known.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/samples.h"
#include "explain/inspect.h"
#include "explain/wait_graph.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/thread_info.h"
#include "linux/proc/thread_list.h"
#include "support/planted_circle.h"

namespace taskleak::bench {
namespace {

using testing::Edge;
using testing::PlantedCircle;

std::vector<alive::LiveThread> Others() {
  std::vector<alive::LiveThread> others;
  for (const platform::ThreadId& id : **platform::ListThreads()) {
    if (id.tid != getpid()) others.push_back({id, "bench"});
  }
  return others;
}

std::vector<explain::Finding> LookAt(const std::vector<alive::LiveThread>& threads,
                                     explain::Inspector& inspector) {
  std::vector<explain::Finding> findings;
  for (const alive::LiveThread& thread : threads)
    findings.push_back(inspector.InspectLive(thread, platform::LookAtThread(thread.id.tid)));
  return findings;
}

// Arguments: threads, threads in each circle. Counters, in microseconds: `look` for stack, wait
// state and detail of each thread; `follow` for holders and deadlocks of each; `all_ms` in all.
void WaitAnalysis(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  const auto length = static_cast<std::size_t>(state.range(1));
  std::vector<std::unique_ptr<PlantedCircle>> circles;
  for (std::size_t i = 0; i < threads / length; ++i) {
    circles.push_back(std::make_unique<PlantedCircle>(std::vector(length, Edge::kMutex)));
    circles.back()->AwaitClosed();
  }
  const std::vector<alive::LiveThread> others = Others();
  std::vector<double> looks;
  std::vector<double> follows;
  std::size_t deadlocks = 0;
  for ([[maybe_unused]] auto _ : state) {
    explain::Inspector inspector(/*system_lines=*/false);
    const Clock::time_point start = Clock::now();
    std::vector<explain::Finding> findings = LookAt(others, inspector);
    const Clock::time_point looked = Clock::now();
    deadlocks = FollowWaits(findings, inspector).size();
    looks.push_back(Microseconds(looked - start));
    follows.push_back(Microseconds(Clock::now() - looked));
  }
  const auto median = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  const auto count = static_cast<double>(threads);
  state.counters["look"] = median(looks) / count;
  state.counters["follow"] = median(follows) / count;
  state.counters["all_ms"] = (median(looks) + median(follows)) / 1000;
  state.counters["deadlocks"] = static_cast<double>(deadlocks);
}
BENCHMARK(WaitAnalysis)
    ->ArgNames({"threads", "circle"})
    ->Args({2, 2})
    ->Args({100, 2})
    ->Args({1000, 2})
    ->Args({1000, 1000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace taskleak::bench
