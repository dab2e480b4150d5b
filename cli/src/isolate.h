// Runs each test of a program by itself.
#ifndef TASKLEAK_CLI_ISOLATE_H_
#define TASKLEAK_CLI_ISOLATE_H_

#include "exit_code.h"
#include "test_program.h"
#include "watched_program.h"

namespace taskleak::cli {

/// Runs each test in a process of its own, `jobs` at a time. Prints the tests that leak and their
/// output. Writes all reports as one if TASKLEAK_OPTIONS asks for it. Returns kLeaks if a test
/// leaks or fails. Throws std::runtime_error if the program cannot be watched.
ExitCode Isolate(const TestProgram& program, const WatchSettings& settings, unsigned jobs);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_ISOLATE_H_
