// Single measurements and their statistics.
#ifndef TASKLEAK_BENCH_SAMPLES_H_
#define TASKLEAK_BENCH_SAMPLES_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

namespace taskleak::bench {

using Clock = std::chrono::steady_clock;

inline double Microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

/// Collects the time of each iteration. Google Benchmark reports the mean of many iterations, but
/// for a tool that runs after each test, the median and the tail matter.
class Samples {
 public:
  void Add(double value) { values_.push_back(value); }

  /// Adds the counters p50 and p95, in the unit of the samples.
  void Report(benchmark::State& state) {
    if (values_.empty()) return;
    std::sort(values_.begin(), values_.end());
    state.counters["p50"] = At(0.50);
    state.counters["p95"] = At(0.95);
  }

 private:
  [[nodiscard]] double At(double share) const {
    return values_[static_cast<std::size_t>(share * static_cast<double>(values_.size() - 1))];
  }

  std::vector<double> values_;
};

/// Runs `work` once per iteration, and reports the time of each in microseconds.
template <typename Work>
void MeasureEach(benchmark::State& state, Work work) {
  Samples samples;
  for (auto _ : state) {
    const Clock::time_point start = Clock::now();
    work();
    samples.Add(Microseconds(Clock::now() - start));
  }
  samples.Report(state);
}

}  // namespace taskleak::bench

#endif  // TASKLEAK_BENCH_SAMPLES_H_
