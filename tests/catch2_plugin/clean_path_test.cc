// The cost of a check for a clean test case.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>

#include "catch2_plugin/catch2_test.h"
#include "support/sanitizer.h"

namespace taskleak {
namespace {

struct Counts {
  int allocations;
  int passes;
};

int NumberAfter(const std::string& out, const std::string& mark) {
  const std::size_t at = out.find(mark);
  if (at == std::string::npos) throw std::runtime_error(out);
  return std::stoi(out.substr(at + mark.size()));
}

class Catch2CleanPath : public Catch2Test {
 protected:
  static Counts Count(const std::string& program,
                      const std::map<std::string, std::string>& environment = {}) {
    const std::string out = Run(program, {"--order", "decl"}, "", environment).out;
    return {NumberAfter(out, "allocations: "), NumberAfter(out, "passes: ")};
  }

  /// Returns the least count of several runs, or the first that is not above `wanted`. Births
  /// anywhere on the machine may cost a look memory: one if there are some, more if there are many.
  static int Least(int wanted, const std::map<std::string, std::string>& environment = {}) {
    int least = std::numeric_limits<int>::max();
    for (int run = 0; run < 20 && least > wanted; ++run)
      least = std::min(least, Count("allocations", environment).allocations);
    return least;
  }
};
TASKLEAK_CATCH2_VERSIONS(Catch2CleanPath);

TEST_P(Catch2CleanPath, AllocatesNothingAfterTheFirstTestCase) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer has its own operators new and delete";
  const int without = Count("allocations_without").allocations;
  EXPECT_GT(without, 0) << "Catch2 itself allocates";
  EXPECT_EQ(Least(without), without);
}

TEST_P(Catch2CleanPath, AllocatesOneSnapshotInAPassIfProcessesAreBornElsewhere) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer has its own operators new and delete";
  const std::map<std::string, std::string> births = {{"TASKLEAK_TESTS_BIRTHS", "1"}};
  const Counts without = Count("allocations_without", births);
  EXPECT_GT(without.passes, 0);
  const int wanted = without.allocations + without.passes;
  EXPECT_EQ(Least(wanted, births), wanted);
}

}  // namespace
}  // namespace taskleak
