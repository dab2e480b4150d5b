// What a test that leaves nothing behind pays, by the number of other threads, with the machine
// quiet and with another process that forks all the time.
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include <benchmark/benchmark.h>

#include "bench/parked_threads.h"
#include "bench/samples.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

// A process that forks as fast as it can, so that the machine's thread numbers move on.
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
  MeasureEach(state, [&] {
    run.TestStarted("Suite.Test");
    if (run.TestEnded()) ++reports;
  });
  if (reports != 0) state.SkipWithError("a clean test was reported");
}

BENCHMARK_DEFINE_F(CleanCheck, FindLeaks)(benchmark::State& state) {
  std::size_t leaks = 0;
  MeasureEach(state, [&] {
    const Snapshot before = Snapshot::Take();
    leaks += FindLeaks(before).unit_count();
  });
  if (leaks != 0) state.SkipWithError("a clean test was reported");
}

// What one would write first: list the threads and read each one's stat file.
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
  MeasureEach(state, [] {
    benchmark::DoNotOptimize(ListNaively());
    benchmark::DoNotOptimize(ListNaively());
  });
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
