// The cost of a check for a test that leaves nothing behind, by the number of other threads: on a
// quiet machine, and beside another process that forks all the time.
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <benchmark/benchmark.h>

#include "bench/parked_threads.h"
#include "bench/samples.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

// A process that forks as fast as it can, so that the thread numbers of the machine increase.
class Forker {
 public:
  Forker() : child_(fork()) {
    if (child_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      const pid_t grandchild = fork();
      if (grandchild == 0) _exit(0);
      waitpid(grandchild, nullptr, 0);
    }
  }
  ~Forker() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Forker(const Forker&) = delete;
  Forker& operator=(const Forker&) = delete;

 private:
  pid_t child_;
};

// Returns the last number that the kernel gave out in this pid namespace (proc_loadavg(5)).
std::string LastNumber() {
  std::ifstream loadavg("/proc/loadavg");
  std::string word;
  while (loadavg >> word) {
  }
  return word;
}

// Measures both ends of a test. On a busy machine the forking process may not run between two
// checks, and then nothing is born. So with `forks`, each end first waits for a birth, which is not
// measured.
template <typename Start, typename End>
void MeasureBothEnds(benchmark::State& state, Start start, End end) {
  const bool forks = state.range(1) != 0;
  const auto timed = [forks](auto& work) {
    if (forks) {
      for (const std::string last = LastNumber(); LastNumber() == last;) std::this_thread::yield();
    }
    const Clock::time_point begin = Clock::now();
    work();
    return Microseconds(Clock::now() - begin);
  };
  Samples samples;
  for ([[maybe_unused]] auto _ : state) samples.Add(timed(start) + timed(end));
  samples.Report(state);
}

// Arguments: number of other threads, whether another process forks.
class CleanCheck : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State& state) override {
    threads_.emplace(static_cast<int>(state.range(0)));
    if (state.range(1) != 0) forker_.emplace();
  }
  void TearDown(benchmark::State&) override {
    forker_.reset();
    threads_.reset();
  }

 private:
  std::optional<ParkedThreads> threads_;
  std::optional<Forker> forker_;
};

BENCHMARK_DEFINE_F(CleanCheck, TestRun)(benchmark::State& state) {
  TestRun run{Options()};
  run.RunStarted();
  run.SuiteStarted("Suite");
  int reports = 0;
  MeasureBothEnds(
      state, [&] { run.TestStarted("Suite.Test"); },
      [&] {
        if (run.TestEnded()) ++reports;
      });
  if (reports != 0) state.SkipWithError("a clean test was reported");
}

BENCHMARK_DEFINE_F(CleanCheck, FindLeaks)(benchmark::State& state) {
  std::size_t leaks = 0;
  Snapshot before;
  MeasureBothEnds(
      state, [&] { before = Snapshot::Take(); }, [&] { leaks += FindLeaks(before).unit_count(); });
  if (leaks != 0) state.SkipWithError("a clean test was reported");
}

// The simplest implementation: lists the threads and reads the stat file of each.
int ListNaively() {
  int threads = 0;
  DIR* const directory = opendir("/proc/self/task");
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = std::string("/proc/self/task/") + entry->d_name + "/stat";
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::array<char, 512> text;
    if (file >= 0 && read(file, text.data(), text.size()) > 0) ++threads;
    close(file);
  }
  closedir(directory);
  return threads;
}

BENCHMARK_DEFINE_F(CleanCheck, Naive)(benchmark::State& state) {
  const auto list = [] { benchmark::DoNotOptimize(ListNaively()); };
  MeasureBothEnds(state, list, list);
}

void Arguments(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"threads", "forks"})
      ->ArgsProduct({{1, 10, 100, 1000}, {0, 1}})
      ->MinTime(0.3);
}

BENCHMARK_REGISTER_F(CleanCheck, TestRun)->Apply(Arguments);
BENCHMARK_REGISTER_F(CleanCheck, FindLeaks)->Apply(Arguments);
BENCHMARK_REGISTER_F(CleanCheck, Naive)->Apply(Arguments);

}  // namespace
}  // namespace taskleak::bench
