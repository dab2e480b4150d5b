// The time from a straggler's end to the return of the check, and whether a straggler that does end
// is blamed.
#include <time.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <benchmark/benchmark.h>

#include "bench/samples.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

// Waits with the clock of std::chrono::steady_clock, without libstdc++.
void SleepUntil(Clock::time_point time) {
  const auto since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  timespec until{};
  until.tv_sec = since / 1'000'000'000;
  until.tv_nsec = since % 1'000'000'000;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

// Argument: the milliseconds from the begin of the check to the end of the thread.
void LastStraggler(benchmark::State& state) {
  Samples samples;
  int blamed = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Snapshot before = Snapshot::Take();
    std::atomic<Clock::time_point> ended{};
    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(state.range(0));
    std::thread straggler([&ended, end] {
      SleepUntil(end);
      ended = Clock::now();
    });
    if (!FindLeaks(before).empty()) ++blamed;
    const Clock::time_point returned = Clock::now();
    straggler.join();
    samples.Add(Microseconds(returned - ended.load()));
  }
  samples.Report(state);
  state.counters["blamed"] = blamed;
}
BENCHMARK(LastStraggler)
    ->ArgName("after_ms")
    ->Arg(20)
    ->Arg(50)
    ->Arg(100)
    ->Arg(200)
    ->Iterations(40)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(LastStraggler)
    ->Name("LateStraggler")
    ->ArgName("after_ms")
    ->Arg(460)
    ->Arg(600)
    ->Arg(900)
    ->Iterations(10)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace taskleak::bench
