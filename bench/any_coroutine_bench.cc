// What following coroutines costs: a coroutine's life, and allocations of other objects. Built
// twice: with taskleak::any_coroutine, and without.
#include <coroutine>
#include <exception>
#include <vector>

#include <benchmark/benchmark.h>

#include "taskleak/internal/task_head.h"
#include "taskleak/snapshot.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

struct Job {
  struct promise_type {
    Job get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

[[gnu::noinline]] Job Work(int& sum) {
  co_await std::suspend_always();
  ++sum;
}

// Created, started, suspended, resumed, destroyed.
void Life(benchmark::State& state) {
  const auto before = Snapshot::Take();  // coroutines are followed from the first look on
  int sum = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Job job = Work(sum);
    while (!job.handle.done()) job.handle.resume();
    job.handle.destroy();
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK(Life);

// The part of a life that records when it began.
void BirthTime(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(internal::CoarseNow());
}
BENCHMARK(BirthTime);

// An object that is not a coroutine, where there are coroutines, too.
void NewAndDelete(benchmark::State& state) {
  const auto before = Snapshot::Take();
  int sum = 0;
  const Job job = Work(sum);
  for ([[maybe_unused]] auto _ : state) {
    auto* const number = new int(3);
    benchmark::DoNotOptimize(number);
    delete number;
  }
  job.handle.destroy();
}
BENCHMARK(NewAndDelete);

// Argument: how many older coroutines there are.
void CleanCheckBeside(benchmark::State& state) {
  int sum = 0;
  std::vector<Job> jobs;
  static_cast<void>(Snapshot::Take());
  for (std::int64_t i = 0; i < state.range(0); ++i) jobs.push_back(Work(sum));
  for ([[maybe_unused]] auto _ : state) {
    const auto before = Snapshot::Take();
    if (!FindLeaks(before).empty()) state.SkipWithError("a leak");
  }
  for (const Job& job : jobs) job.handle.destroy();
}
BENCHMARK(CleanCheckBeside)->ArgName("coroutines")->Arg(0)->Arg(10'000);

}  // namespace
}  // namespace taskleak::bench
