// The cost of a leak: the first report of a process, from the end of the drain to the text. Run
// each benchmark in a process of its own, as bench/run does, because caches are kept for each
// process.
#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "bench/parked_threads.h"
#include "bench/samples.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

constexpr int kPlaces = 50;

// A function with a place of its own for each number.
template <int number>
[[gnu::noinline]] void WaitAt(std::latch& end) {
  end.wait();
  benchmark::DoNotOptimize(number);
}

template <int... numbers>
constexpr auto Places(std::integer_sequence<int, numbers...>) {
  return std::array<void (*)(std::latch&), sizeof...(numbers)>{WaitAt<numbers>...};
}

// Returns the peak of resident memory in KiB (VmHWM in /proc/self/status).
double PeakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double value = 0;
    if (word == "VmHWM:" && status >> value) return value;
  }
  return 0;
}

// Arguments: threads, different places where they wait.
void FirstReport(benchmark::State& state) {
  static constexpr auto kWaits = Places(std::make_integer_sequence<int, kPlaces>());
  const auto places = static_cast<int>(state.range(1));
  const Snapshot before = Snapshot::Take();
  const ParkedThreads threads(static_cast<int>(state.range(0)),
                              [places](int index, std::latch& end) {
                                kWaits[static_cast<std::size_t>(index % places)](end);
                              });
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
  }
}
BENCHMARK(FirstReport)
    ->ArgNames({"threads", "places"})
    ->Args({1, 1})
    ->Args({1000, 1})
    ->Args({1000, kPlaces})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace taskleak::bench
