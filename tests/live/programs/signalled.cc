// signalled MODE [FOLDER]: answers SIGQUIT and SIGUSR2, with files in FOLDER if it is given. It
// prints "ready". For each line that it reads, it leaks a task and prints the number of tasks. For
// the line "looks" it prints the number of captures. MODE:
//   plain
//   chain   counts SIGQUIT in a handler of its own too, and prints that count after each line
//   malloc  two threads allocate all the time
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "taskleak/live/capture.h"
#include "taskleak/live/signals.h"
#include "taskleak/task.h"

namespace {

volatile std::sig_atomic_t g_seen = 0;
std::atomic<bool> g_stop{false};

void CountSignal(int) { g_seen = g_seen + 1; }

void Allocate() {
  std::vector<std::unique_ptr<std::string>> texts(100);
  for (std::size_t i = 0; !g_stop; ++i)
    texts[i % texts.size()] = std::make_unique<std::string>(i % 5000, 'x');
}

[[gnu::noinline]] taskleak::Task Subscribe() { return taskleak::Task("subscription"); }

// Returns the number of looks, without the looks of this function itself. Some of these are shared.
std::int64_t Looks() {
  static std::int64_t own = 0;
  return static_cast<std::int64_t>(taskleak::live::TakeCapture()->id) - ++own;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string mode = arguments[1];
  const std::string folder = count > 2 ? arguments[2] : "";
  constexpr std::chrono::milliseconds period(20);
  if (mode == "chain") std::signal(SIGQUIT, CountSignal);
  std::vector<std::thread> threads;
  if (mode == "malloc") {
    for (int i = 0; i < 2; ++i) threads.emplace_back(Allocate);
  }
  {
    // [install]
    taskleak::live::SignalOptions options;
    options.period = period;  // between two looks of a recording
    if (!folder.empty()) options.files.emplace().folder = folder;
    const taskleak::live::SignalDump dump(options);
    // [/install]
    std::cout << "ready" << std::endl;
    std::vector<taskleak::Task> left;
    for (std::string line; std::getline(std::cin, line);) {
      if (line == "looks") {
        std::cout << Looks() << std::endl;
        continue;
      }
      left.push_back(Subscribe());
      std::cout << (mode == "chain" ? static_cast<std::size_t>(g_seen) : left.size()) << std::endl;
    }
  }
  g_stop = true;
  for (std::thread& thread : threads) thread.join();
  std::cout << "end" << std::endl;
}
