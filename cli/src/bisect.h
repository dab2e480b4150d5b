// Finds the earlier tests that make a test leak.
#ifndef TASKLEAK_CLI_BISECT_H_
#define TASKLEAK_CLI_BISECT_H_

#include <functional>
#include <string>
#include <vector>

#include "exit_code.h"
#include "test_program.h"
#include "watched_program.h"

namespace taskleak::cli {

/// Returns a subset of `all`, in the same order, for which `holds` is true. It is minimal: `holds`
/// is false for each subset of it with one element less. `holds` must be true for `all`. Asks about
/// 2 log2(n) questions if one element decides (delta debugging: A. Zeller and R. Hildebrandt,
/// "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software Engineering
/// 28(2), 2002).
std::vector<std::string> Minimize(
    const std::vector<std::string>& all,
    const std::function<bool(const std::vector<std::string>&)>& holds);

/// Prints the smallest set of earlier tests that makes `test` leak, and the command to run it.
/// Returns kLeaks if `test` leaks by itself or after earlier tests, and kClean if it does not leak
/// even after all of them. Throws std::runtime_error if the program cannot be watched or has no
/// such test.
ExitCode Bisect(const TestProgram& program, const WatchSettings& settings, const std::string& test);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_BISECT_H_
