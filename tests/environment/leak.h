// The common parts of the programs in this folder. They leak threads, look, and return the result
// as their exit code.
#ifndef TASKLEAK_TESTS_ENVIRONMENT_LEAK_H_
#define TASKLEAK_TESTS_ENVIRONMENT_LEAK_H_

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <latch>

#include "taskleak/verify.h"

namespace taskleak::environment {

/// Exit codes. The report is on standard output.
inline constexpr int kFound = 0;         ///< just the leaked threads
inline constexpr int kMissed = 1;        ///< other threads or none, which must never happen
inline constexpr int kNotSetUp = 3;      ///< the conditions of the test could not be set up
inline constexpr int kCouldNotLook = 7;  ///< none, and the report says why

/// Waits for ever. The tests search for this function in reports.
[[gnu::noinline]] inline void StayHere(const std::latch& latch) {
  latch.wait();
  asm volatile("");  // keeps the call from becoming a jump
}

inline int Verdict(const LeakReport& report, std::size_t expected) {
  if (!report.could_not_look.empty()) return kCouldNotLook;
  return report.unit_count() == expected ? kFound : kMissed;
}

/// Running threads do not get more time than others.
inline Options WithDrain(std::chrono::milliseconds drain) {
  Options options;
  options.drain = drain;
  options.drain_max = drain;
  return options;
}

/// Reports what is new since `before` and ends the process, without destructors. Waits for up to
/// `most` while there is progress.
[[noreturn]] inline void ReportAndExit(
    const Snapshot& before, std::size_t expected = 1,
    std::chrono::milliseconds most = std::chrono::milliseconds(200)) {
  Options options = WithDrain(std::chrono::milliseconds(200));
  options.drain_max = most;
  const LeakReport report = FindLeaks(before, options);
  std::cout << report.ToText(true) << std::flush;
  _exit(Verdict(report, expected));
}

}  // namespace taskleak::environment

#endif  // TASKLEAK_TESTS_ENVIRONMENT_LEAK_H_
