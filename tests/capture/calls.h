// Helpers for the lists of blocking calls. There is one list for each kind of object that calls
// block on.
#ifndef TASKLEAK_TESTS_CAPTURE_CALLS_H_
#define TASKLEAK_TESTS_CAPTURE_CALLS_H_

#include <time.h>

#include <array>
#include <functional>
#include <vector>

#include "capture/blocking_calls.h"
#include "linux/arch/registers.h"

namespace taskleak::capture {

using Calls = std::vector<BlockingCall>;

/// The duration of calls that end by themselves.
inline constexpr int kSeconds = 4;
inline constexpr timespec kTime = {kSeconds, 0};

void Add(Calls& calls, const char* name, std::vector<long> numbers, std::function<bool()> block,
         std::function<void()> release = nullptr);

/// Notes that a function without a frame makes the call that was added last. Where that keeps its
/// return address in a register, its caller has to be searched for, and may be guessed.
inline void LastHasNoFrame(Calls& calls) {
  calls.back().may_be_guessed = platform::kReturnColumn != platform::kPc;
}

/// Returns true if the call sleeps for its whole time, so nothing ended it early.
bool LastsItsTime(const std::function<bool()>& call);

/// Returns the time that is kTime from now.
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
