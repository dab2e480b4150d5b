// Writes a stack as lines of a text report.
#ifndef TASKLEAK_SRC_REPORT_FRAME_LINES_H_
#define TASKLEAK_SRC_REPORT_FRAME_LINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::report {

enum class StackRole {
  kWhereItIs,   ///< the call of the runtime in which the user's code waits is shown
  kWhoCreated,  ///< the machinery that starts threads is not shown
};

/// Returns the lines of `stack`, without indentation and line ends, functions and places in two
/// columns.
///
/// Leaves out frames of the runtime at both ends, frames of the test framework at the outer end,
/// and the middle of a deep stack. Folds frames of the runtime in between to one line, and shortens
/// long names. `test` is the test to which the functions of test cases on the stack belong; may be
/// empty.
std::vector<std::string> ShortLines(const Stack& stack, StackRole role, std::string_view test = {});

/// Returns every frame in full, with its address and the source lines around it if they can be
/// read.
std::vector<std::string> FullLines(const Stack& stack, std::string_view test = {});

/// Returns `function`. For a test case with a name that a macro generated, returns the name of the
/// test and what follows: `test "Pool restarts"::{lambda}`.
std::string WithTestName(const std::string& function, std::string_view test);

/// Returns a function's name, shortened if it is long: first without parameters and template
/// arguments, then without the outer scopes. The call of a lambda is "Serve::{lambda}" with every
/// compiler.
std::string ShortFunction(const std::string& function);

/// Returns a system header as it is included, "<mutex>", and the end of other long paths.
std::string ShortFile(const std::string& file);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_FRAME_LINES_H_
