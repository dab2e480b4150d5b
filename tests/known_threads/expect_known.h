// That the built-in list knows the threads of a library.
#ifndef TASKLEAK_TESTS_KNOWN_THREADS_EXPECT_KNOWN_H_
#define TASKLEAK_TESTS_KNOWN_THREADS_EXPECT_KNOWN_H_

#include <gtest/gtest.h>

#include <chrono>

#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak::testing {

/// Options for threads that may need a moment to come to where they stay.
inline Options ShortDrain() {
  Options options;
  options.drain = std::chrono::milliseconds(200);
  return options;
}

/// Expects that the library has started threads since, and that none of them counts as a leak.
inline void ExpectKnown(const Snapshot& before, const Options& options = ShortDrain()) {
  Options everything = NoWait();
  everything.report_known = {"all"};
  EXPECT_FALSE(FindLeaks(before, everything).empty());
  const LeakReport report = FindLeaks(before, options);
  EXPECT_TRUE(report.empty()) << report.ToText();
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_KNOWN_THREADS_EXPECT_KNOWN_H_
