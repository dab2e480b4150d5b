// The cost of creating a thread at a stack depth of 20, and the memory that is kept after threads
// have ended; the cost of locking for reading. Built twice: with and without the hooks.
#include <malloc.h>
#include <pthread.h>

#include <benchmark/benchmark.h>

#include "bench/samples.h"
#ifdef TASKLEAK_BENCH_HOOKS
#include "taskleak/internal/read_lock.h"
#endif

namespace taskleak::bench {
namespace {

constexpr int kDepth = 20;

void* Return(void* value) { return value; }

[[gnu::noinline]] pthread_t CreateAtDepth(int depth) {
  if (depth > 1) {
    const pthread_t thread = CreateAtDepth(depth - 1);
    benchmark::DoNotOptimize(depth);  // no tail call
    return thread;
  }
  pthread_t thread = 0;
  pthread_create(&thread, nullptr, Return, nullptr);
  return thread;
}

void CreateThread(benchmark::State& state) {
  Samples samples;
  for ([[maybe_unused]] auto _ : state) {
    const Clock::time_point begin = Clock::now();
    const pthread_t thread = CreateAtDepth(kDepth);
    samples.Add(Microseconds(Clock::now() - begin));
    pthread_join(thread, nullptr);
  }
  samples.Report(state);
}
BENCHMARK(CreateThread)->MinTime(1);

void CreateAndJoinThread(benchmark::State& state) {
  MeasureEach(state, [] { pthread_join(CreateAtDepth(kDepth), nullptr); });
}
BENCHMARK(CreateAndJoinThread)->MinTime(1);

// Creates a million threads, one after the other.
void KeptOfAMillionThreads(benchmark::State& state) {
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  // The first threads allocate memory that is kept once, such as the stack that all of them share.
  constexpr int kFirst = 1000;
  double before = 0;
  int created = 0;
  for ([[maybe_unused]] auto _ : state) {
    pthread_join(CreateAtDepth(kDepth), nullptr);
    if (++created == kFirst) before = in_use();
  }
  state.counters["bytes"] = in_use() - before;
}
BENCHMARK(KeptOfAMillionThreads)->Iterations(1'000'000);

#ifdef TASKLEAK_BENCH_HOOKS
void RecordReadLocks(bool on) { internal::g_records_read_locks.store(on); }
#else
void RecordReadLocks(bool) {}
#endif

// Without the hooks, both are the same.
void ReadLockAndUnlock(benchmark::State& state) {
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  RecordReadLocks(state.range(0) != 0);
  for ([[maybe_unused]] auto _ : state) {
    pthread_rwlock_rdlock(&lock);
    pthread_rwlock_unlock(&lock);
  }
  RecordReadLocks(false);
}
BENCHMARK(ReadLockAndUnlock)->ArgName("recorded")->Arg(0)->Arg(1)->ThreadRange(1, 2);

}  // namespace
}  // namespace taskleak::bench
