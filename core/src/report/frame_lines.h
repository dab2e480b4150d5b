// A stack as lines of a text report.
#ifndef TASKLEAK_SRC_REPORT_FRAME_LINES_H_
#define TASKLEAK_SRC_REPORT_FRAME_LINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::report {

enum class StackRole {
  kWhereItIs,   ///< the call of the runtime in which the user's code waits is shown
  kWhoCreated,  ///< the machinery that starts threads is not
};

/// Returns the lines of `stack`, without indentation and line ends, functions and places in two
/// columns.
///
/// Frames of the runtime are left out at both ends and folded to one line in between, frames of the
/// test framework are left out at the outer end, the middle of a deep stack is left out, and long
/// names are shortened. `test` is the test that the functions of test cases on it belong to; may be
/// empty.
std::vector<std::string> ShortLines(const Stack& stack, StackRole role, std::string_view test = {});

/// Returns every frame in full, with its address and the lines of its source file around it where
/// that can be read.
std::vector<std::string> FullLines(const Stack& stack, std::string_view test = {});

/// Returns `function`. Of a test case whose name a macro made up, returns the name of the test and
/// what follows: `test "Pool restarts"::{lambda}`.
std::string WithTestName(const std::string& function, std::string_view test);

/// Returns a function's name, shortened if it is long: first the parameters and template arguments
/// go, then the outer scopes. The call of a lambda is "Serve::{lambda}", whichever compiler named
/// it.
std::string ShortFunction(const std::string& function);

/// Returns a header of the system as it is included, "<mutex>"; of other long paths the end.
std::string ShortFile(const std::string& file);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_FRAME_LINES_H_
