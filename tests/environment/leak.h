// What the programs of this folder have in common: they leak threads, look, and say by their exit
// code what came of it.
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
inline constexpr int kMissed = 1;        ///< others, or none: what must never be
inline constexpr int kNotSetUp = 3;      ///< what the test is about could not be arranged
inline constexpr int kCouldNotLook = 7;  ///< none, and the report says why

/// Waits for good. The function that reports are searched for.
[[gnu::noinline]] inline void StayHere(const std::latch& latch) {
  latch.wait();
  asm volatile("");  // no jump instead of a call
}

inline int Verdict(const LeakReport& report, std::size_t expected) {
  if (!report.could_not_look.empty()) return kCouldNotLook;
  return report.unit_count() == expected ? kFound : kMissed;
}

/// Threads that run are waited for no longer than others.
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
