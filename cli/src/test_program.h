// Test programs that can run their tests one by one.
#ifndef TASKLEAK_CLI_TEST_PROGRAM_H_
#define TASKLEAK_CLI_TEST_PROGRAM_H_

#include <string>
#include <vector>

#include "temporary_folder.h"

namespace taskleak::cli {

/// A GoogleTest or Catch2 program and the list of its tests. Thread-safe after construction.
class TestProgram {
 public:
  /// Asks the program for its tests, with the arguments in `command` (which may select tests with
  /// GoogleTest's filter). Throws std::runtime_error if it cannot be run, or lists no tests in the
  /// way of GoogleTest or Catch2.
  explicit TestProgram(std::vector<std::string> command);

  /// Returns the tests in the order in which the program runs them, without disabled or hidden
  /// ones.
  [[nodiscard]] const std::vector<std::string>& tests() const { return tests_; }

  /// Returns a command that runs `tests` (at least one) in that order, and no others (except tests
  /// of GoogleTest whose names differ from theirs only in ":", "-", "*" and "?"). If they do not
  /// fit into the arguments, writes them to `file`.
  [[nodiscard]] std::vector<std::string> CommandFor(const std::vector<std::string>& tests,
                                                    const std::string& file) const;

 private:
  enum class Framework { kGoogleTest, kCatch2 };

  bool ListGoogleTests(const TemporaryFolder& folder);
  bool ListCatch2Tests(const TemporaryFolder& folder);

  std::vector<std::string> command_;
  Framework framework_ = Framework::kGoogleTest;
  std::vector<std::string> tests_;
  std::vector<std::string> all_tests_;  // of GoogleTest, also those that are not selected
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TEST_PROGRAM_H_
