// Test programs whose tests can be run one by one.
#ifndef TASKLEAK_CLI_TEST_PROGRAM_H_
#define TASKLEAK_CLI_TEST_PROGRAM_H_

#include <string>
#include <vector>

#include "temporary_folder.h"

namespace taskleak::cli {

/// A GoogleTest or Catch2 program, asked for its tests. Thread-safe once made.
class TestProgram {
 public:
  /// Asks the program, with the arguments in `command` (which may select tests with GoogleTest's
  /// filter). Throws std::runtime_error if it cannot be run or lists no tests as one of the two
  /// does.
  explicit TestProgram(std::vector<std::string> command);

  /// In the order in which the program runs them; without disabled or hidden ones.
  [[nodiscard]] const std::vector<std::string>& tests() const { return tests_; }

  /// A command that runs `tests`, at least one, and no others, in that order. What does not fit
  /// into arguments it finds in `file`, which may be written.
  [[nodiscard]] std::vector<std::string> CommandFor(const std::vector<std::string>& tests,
                                                    const std::string& file) const;

 private:
  enum class Framework { kGoogleTest, kCatch2 };

  bool ListGoogleTests(const TemporaryFolder& folder);
  bool ListCatch2Tests(const TemporaryFolder& folder);

  std::vector<std::string> command_;
  Framework framework_ = Framework::kGoogleTest;
  std::vector<std::string> tests_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TEST_PROGRAM_H_
