// A unit's stack as profilers show stacks.
#ifndef TASKLEAK_CLI_FOLDED_STACK_H_
#define TASKLEAK_CLI_FOLDED_STACK_H_

#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// A frame's function, or its module and offset where it has none.
std::string FrameName(const Frame& frame);

/// The names of the unit's frames, the thread's own start first; below them, as the root, the
/// unit's name.
std::vector<std::string> OutermostFirst(const Unit& unit);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FOLDED_STACK_H_
