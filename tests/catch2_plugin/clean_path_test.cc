// The cost of a check for a clean test case.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>

#include "catch2_plugin/catch2_test.h"
#include "support/sanitizer.h"

namespace taskleak {
namespace {

class Catch2CleanPath : public Catch2Test {
 protected:
  /// Returns the count that the program prints. It is the least of several runs: a check looks at
  /// births anywhere on the machine, and these may need memory.
  static int Allocations(const std::string& program) {
    int least = std::numeric_limits<int>::max();
    for (int run = 0; run < 10; ++run) {
      const std::string out = Run(program, {"--order", "decl"}).out;
      const std::string mark = "allocations: ";
      const std::size_t at = out.find(mark);
      if (at == std::string::npos) throw std::runtime_error(out);
      least = std::min(least, std::stoi(out.substr(at + mark.size())));
    }
    return least;
  }
};
TASKLEAK_CATCH2_VERSIONS(Catch2CleanPath);

TEST_P(Catch2CleanPath, AllocatesNothingAfterTheFirstTestCase) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer has its own operators new and delete";
  const int without = Allocations("allocations_without");
  EXPECT_GT(without, 0) << "Catch2 itself allocates";
  EXPECT_EQ(Allocations("allocations"), without);
}

}  // namespace
}  // namespace taskleak
