// Reads the stack of one blocked thread again and again.
#include <unistd.h>

#include <array>
#include <latch>
#include <thread>

#include <benchmark/benchmark.h>

#include "bench/park.h"
#include "bench/samples.h"
#include "linux/look/stack_reader.h"

namespace taskleak::bench {
namespace {

constexpr int kDepth = 10;

void LookAtBlockedThread(benchmark::State& state, void (*park)(int, int)) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return state.SkipWithError("no pipe");
  std::latch started{1};
  int tid = 0;
  std::thread thread([&] {
    tid = gettid();
    started.count_down();
    park(pipe_ends[0], kDepth);
  });
  started.wait();
  platform::ThreadLook look;
  do {
    look = platform::LookAtThread(tid);
  } while (look.at.running);
  MeasureEach(state, [&] { look = platform::LookAtThread(tid); });
  state.counters["frames"] = static_cast<double>(look.stack.frames.size());
  if (!look.stack.missing.nothing()) state.SkipWithError("frames are missing");
  close(pipe_ends[1]);
  thread.join();
  close(pipe_ends[0]);
}
BENCHMARK_CAPTURE(LookAtBlockedThread, O2, &ParkO2);
BENCHMARK_CAPTURE(LookAtBlockedThread, O0, &ParkO0);

}  // namespace
}  // namespace taskleak::bench
