// Finds the functions of a stack that are not the runtime's, or are the program's own.
#ifndef TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_
#define TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "symbolize/resolved_stack.h"

namespace taskleak::symbolize {

/// Returns the innermost frame that has a name and is not the runtime's.
std::optional<std::size_t> TopFrame(const ResolvedStack& stack);

/// Returns whether a frame belongs neither to the runtime nor to a library that works for other
/// code: one for threads, one of an installed package, or one of the system's headers.
bool IsOwnCode(const ResolvedStack& stack, std::size_t frame);

/// Returns the innermost named function of the program's own. Returns an empty text if there is
/// none, or if it is a test case with a name that a macro generated (symbolize/generated_name.h).
std::string OwnFunction(const ResolvedStack& stack);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_OWN_CODE_H_
