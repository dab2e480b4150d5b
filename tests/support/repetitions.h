// How often a test repeats what goes wrong only rarely.
#ifndef TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_
#define TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_

#include <algorithm>
#include <cstdlib>

namespace taskleak::testing {

/// Returns `usual`, divided by TASKLEAK_TEST_FEWER if that is set, as for an emulated machine.
inline int Repetitions(int usual) {
  const char* const fewer = std::getenv("TASKLEAK_TEST_FEWER");
  return fewer == nullptr ? usual : std::max(usual / std::max(std::atoi(fewer), 1), 1);
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_REPETITIONS_H_
