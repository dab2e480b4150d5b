// What the lists of blocking calls are made with, one list for each kind of thing that blocks.
#ifndef TASKLEAK_TESTS_CAPTURE_CALLS_H_
#define TASKLEAK_TESTS_CAPTURE_CALLS_H_

#include <time.h>

#include <array>
#include <functional>
#include <vector>

#include "capture/blocking_calls.h"

namespace taskleak::capture {

using Calls = std::vector<BlockingCall>;

/// How long calls take that end by themselves.
inline constexpr int kSeconds = 4;
inline constexpr timespec kTime = {kSeconds, 0};

void Add(Calls& calls, const char* name, std::vector<long> numbers, std::function<bool()> block,
         std::function<void()> release = nullptr);

/// What must hold of calls that sleep: nothing else ends them early.
bool LastsItsTime(const std::function<bool()>& call);

/// kTime from now.
timespec Later(clockid_t clock);

struct Pipe {
  Pipe();
  [[nodiscard]] int in() const { return ends[0]; }
  void Put() const;
  std::array<int, 2> ends{};
};

void AddPolling(Calls& calls);
void AddFiles(Calls& calls);
void AddSockets(Calls& calls);

void AddFutex(Calls& calls);
void AddPosixThreads(Calls& calls);
void AddStandardLibrary(Calls& calls);

void AddSleeping(Calls& calls);
void AddSignals(Calls& calls);
void AddProcesses(Calls& calls);
void AddVforks(Calls& calls);

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_CALLS_H_
