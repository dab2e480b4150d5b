// A unit's stack in the form that profilers show.
#ifndef TASKLEAK_CLI_FOLDED_STACK_H_
#define TASKLEAK_CLI_FOLDED_STACK_H_

#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// Returns a frame's function, or its module and offset if the function is not known.
std::string FrameName(const Frame& frame);

/// Returns the names of the unit's frames, outermost first. The first one, as the root, is the
/// unit's name.
std::vector<std::string> OutermostFirst(const Unit& unit);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FOLDED_STACK_H_
