// How often a test repeats what goes wrong only rarely.
#ifndef TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_
#define TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_

#include <algorithm>
#include <cstdlib>

namespace taskleak::testing {

/// Returns TASKLEAK_TEST_FEWER, which is set for an emulated machine that is slower by about as
/// much, or 1: of many places in a row, a test tries the first of each so many.
inline int Stride() {
  const char* const fewer = std::getenv("TASKLEAK_TEST_FEWER");
  return fewer == nullptr ? 1 : std::max(std::atoi(fewer), 1);
}

/// Returns `usual`, divided by Stride().
inline int Repetitions(int usual) { return std::max(usual / Stride(), 1); }

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_
