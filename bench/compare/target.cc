// The work that taskleak and its alternatives are compared on; goleak.go is the same for goleak.
// Prints one JSON object.
//
//   clean N ROUNDS   a check that finds nothing, with N other threads: both ends, in microseconds
//   report N DRAIN   N leaked threads: from the check's begin to the report's text, in milliseconds
//   late MS ROUNDS   a thread ends MS after the check began: how long after that the check returns
//   victim N         N waiting threads for others to dump; a line on standard input is answered
//   with the longest time, since the last one,
//                    in which a thread that wakes up ten times in a millisecond did not run
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <latch>
#include <string>
#include <vector>

#include "taskleak/verify.h"

namespace taskleak::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double Microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

void Print(const std::vector<double>& samples) {
  std::cout << "{\"samples\": [";
  const char* separator = "";
  for (const double sample : samples) {
    std::cout << separator << sample;
    separator = ", ";
  }
  std::cout << "]}\n" << std::flush;
}

std::latch g_never(1);

// Twelve frames, as in most programs that wait for work.
template <int depth>
[[gnu::noinline]] int Wait() {
  if constexpr (depth == 0) {
    g_never.wait();
    return 0;
  } else {
    const int result = Wait<depth - 1>();
    asm volatile("");  // keeps the call from becoming a jump
    return result + 1;
  }
}

void StartWaiting(long count) {
  constexpr std::size_t kStack = std::size_t{128} << 10;  // the least on aarch64
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  std::latch started(count);
  for (long i = 0; i < count; ++i) {
    pthread_t thread{};
    const auto run = [](void* latch) -> void* {
      static_cast<std::latch*>(latch)->count_down();
      Wait<10>();
      return nullptr;
    };
    if (pthread_create(&thread, &attributes, run, &started) != 0) {
      std::cerr << "no more than " << i << " threads\n";
      _exit(EXIT_FAILURE);
    }
    pthread_detach(thread);
  }
  started.wait();
  pthread_attr_destroy(&attributes);
}

// The new threads have already counted themselves, but may still be on the way to their wait.
void LetThemFallAsleep() {
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() == std::to_string(getpid())) continue;
    const auto state = [&] {  // proc(5): the first field after the name in parentheses
      std::string stat;
      std::getline(std::ifstream(thread.path() / "stat"), stat);
      return stat.at(stat.rfind(')') + 2);
    };
    while (state() != 'S') sched_yield();
  }
}

void CleanCheck(long threads, long rounds) {
  StartWaiting(threads);
  std::vector<double> samples;
  for (long i = -3; i < rounds; ++i) {
    const Clock::time_point start = Clock::now();
    const Snapshot before = Snapshot::Take();
    const bool clean = FindLeaks(before).empty();
    if (!clean) _exit(EXIT_FAILURE);
    if (i >= 0) samples.push_back(Microseconds(Clock::now() - start));
  }
  Print(samples);
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

void Report(long threads, long drain) {
  const Snapshot before = Snapshot::Take();
  StartWaiting(threads);
  LetThemFallAsleep();
  Options options;
  if (drain >= 0) options.drain = milliseconds(drain);
  const double memory = PeakMemory();
  const Clock::time_point start = Clock::now();
  const std::string text = FindLeaks(before, options).ToText();
  const double took = Microseconds(Clock::now() - start) / 1000;
  std::cout << "{\"samples\": [" << took << "], \"bytes\": " << text.size()
            << ", \"kib\": " << PeakMemory() - memory << "}\n"
            << std::flush;
}

void LateEnd(long after, long rounds) {
  std::vector<double> samples;
  for (long i = 0; i < rounds; ++i) {
    const Snapshot before = Snapshot::Take();
    static std::atomic<Clock::time_point> ended;
    static milliseconds sleep;
    sleep = milliseconds(after);
    pthread_t thread{};
    const auto run = [](void*) -> void* {
      const timespec time = {0, std::chrono::nanoseconds(sleep).count()};
      nanosleep(&time, nullptr);
      ended = Clock::now();
      return nullptr;
    };
    if (pthread_create(&thread, nullptr, run, nullptr) != 0) _exit(EXIT_FAILURE);
    if (!FindLeaks(before).empty()) _exit(EXIT_FAILURE);
    const Clock::time_point returned = Clock::now();
    pthread_join(thread, nullptr);
    samples.push_back(Microseconds(returned - ended.load()) / 1000);
  }
  Print(samples);
}

std::atomic<std::int64_t> g_longest_gap{0};

void* Beat(void*) {
  constexpr timespec kPause = {0, 100'000};
  const sched_param first = {1};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);  // if permitted
  for (Clock::time_point last = Clock::now();;) {
    nanosleep(&kPause, nullptr);
    const Clock::time_point now = Clock::now();
    const std::int64_t gap = (now - last).count();
    if (gap > g_longest_gap) g_longest_gap = gap;
    last = now;
  }
}

void BeDumped(long threads) {
  StartWaiting(threads);
  pthread_t heartbeat{};
  if (pthread_create(&heartbeat, nullptr, Beat, nullptr) != 0) _exit(EXIT_FAILURE);
  std::cout << getpid() << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << static_cast<double>(g_longest_gap.exchange(0)) / 1e6 << std::endl;
}

}  // namespace
}  // namespace taskleak::bench

int main(int count, char** arguments) {
  using namespace taskleak::bench;  // NOLINT(google-build-using-namespace)
  const std::string mode = count > 1 ? arguments[1] : "";
  const long first = count > 2 ? std::atol(arguments[2]) : 0;
  const long second = count > 3 ? std::atol(arguments[3]) : -1;
  if (mode == "clean") {
    CleanCheck(first, second);
  } else if (mode == "report") {
    Report(first, second);
  } else if (mode == "late") {
    LateEnd(first, second);
  } else if (mode == "victim") {
    BeDumped(first);
  } else {
    return EXIT_FAILURE;
  }
  _exit(EXIT_SUCCESS);
}
