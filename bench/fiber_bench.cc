// The cost of reading the stack of a parked fiber, and the cost that TrackedFibers adds to a switch
// and to a whole fiber.
#include <cstdint>
#include <optional>
#include <thread>

#include <benchmark/benchmark.h>
#include <boost/fiber/all.hpp>

#include "bench/samples.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/memory.h"
#include "registry/switch_layout.h"
#include "registry/task_registry.h"
#include "taskleak/boost_fiber.h"

namespace taskleak::bench {
namespace {

namespace fibers = boost::fibers;

using RoundRobin = fibers::algo::round_robin;
using Channel = fibers::unbuffered_channel<int>;

// Runs `work` in a thread of its own. The fibers of the thread end with it.
template <typename Algorithm, typename Work>
void InThreadWith(Work work) {
  std::thread thread([&] {
    fibers::use_scheduling_algorithm<Algorithm>();
    work();
  });
  thread.join();
}

[[gnu::noinline]] void Park(Channel& channel, int depth) {
  int value = 0;
  if (depth == 0) {
    channel.pop(value);
  } else {
    Park(channel, depth - 1);
  }
  benchmark::DoNotOptimize(value);  // no tail call
}

void LookAtParkedFiber(benchmark::State& state) {
  constexpr int kDepth = 10;
  InThreadWith<TrackedFibers<RoundRobin>>([&] {
    Channel channel;
    fibers::fiber fiber(fibers::launch::dispatch, [&] { Park(channel, kDepth); });
    std::optional<registry::TaskRecord> record;
    registry::ForEachTask(0, [&](const registry::TaskRecord& each) { record = each; });
    platform::RawStack stack;
    MeasureEach(state, [&] {
      const auto sp = platform::ReadValue<std::uintptr_t>(record->saved_sp);
      stack = platform::ReadParkedStack(*sp, registry::GetSwitchLayout().value());
      if (!registry::IsStill(*record)) stack.missing = {platform::Missing::Reason::kWentOn};
    });
    state.counters["frames"] = static_cast<double>(stack.frames.size());
    if (!stack.missing.nothing()) state.SkipWithError("frames are missing");
    channel.close();
    fiber.join();
  });
}
BENCHMARK(LookAtParkedFiber);

// Each iteration makes two switches: to the other fiber, and back.
template <typename Algorithm>
void SwitchBackAndForth(benchmark::State& state) {
  InThreadWith<Algorithm>([&] {
    bool stop = false;
    fibers::fiber other([&] {
      while (!stop) boost::this_fiber::yield();
    });
    fibers::fiber([&] {
      for ([[maybe_unused]] auto _ : state) boost::this_fiber::yield();
      stop = true;
    }).join();
    other.join();
  });
}
BENCHMARK_TEMPLATE(SwitchBackAndForth, RoundRobin);
BENCHMARK_TEMPLATE(SwitchBackAndForth, TrackedFibers<RoundRobin>);

template <typename Algorithm>
void LaunchAndJoin(benchmark::State& state) {
  InThreadWith<Algorithm>([&] {
    for ([[maybe_unused]] auto _ : state) fibers::fiber([] {}).join();
  });
}
BENCHMARK_TEMPLATE(LaunchAndJoin, RoundRobin);
BENCHMARK_TEMPLATE(LaunchAndJoin, TrackedFibers<RoundRobin>);

}  // namespace
}  // namespace taskleak::bench
