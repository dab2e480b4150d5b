// Runs some tests of a program in a process of their own, and watches it.
#ifndef TASKLEAK_CLI_SELECTED_TESTS_H_
#define TASKLEAK_CLI_SELECTED_TESTS_H_

#include <string>
#include <vector>

#include "report_reader.h"
#include "test_program.h"
#include "watched_program.h"

namespace taskleak::cli {

/// The result of a run of some tests.
struct TestsEnd {
  std::vector<std::string> command;
  WatchedEnd process;
  std::string report;  ///< the JSON report's path
  std::string output;  ///< the path of the output, of both streams
};

/// Runs `tests` of `program` in one process. Writes files with paths that begin with `stem`. A
/// report that TASKLEAK_OPTIONS asks for is not written. Throws std::runtime_error if the program
/// cannot be watched. Thread-safe.
TestsEnd RunTests(const TestProgram& program, const std::vector<std::string>& tests,
                  const WatchSettings& settings, const std::string& stem);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_SELECTED_TESTS_H_
