// Which functions of a stack are the program's own.
#ifndef TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_
#define TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_

#include <cstddef>
#include <string>

#include "symbolize/resolved_stack.h"

namespace taskleak::symbolize {

/// Returns whether a frame is of code that is neither the runtime's nor of a library that works for
/// other code: one for threads, one of a package that is installed, or one of the system's headers.
bool IsOwnCode(const ResolvedStack& stack, std::size_t frame);

/// Returns the innermost named function of the program's own; empty if there is none, and if that
/// is a test case whose name a macro made up (symbolize/generated_name.h).
std::string OwnFunction(const ResolvedStack& stack);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_
