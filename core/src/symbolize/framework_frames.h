// Finds the outermost part of a stack, where a test framework calls the test.
#ifndef TASKLEAK_SRC_SYMBOLIZE_FRAMEWORK_FRAMES_H_
#define TASKLEAK_SRC_SYMBOLIZE_FRAMEWORK_FRAMES_H_

#include <cstddef>

#include "taskleak/leak.h"

namespace taskleak::symbolize {

/// Returns how many of the outermost frames are the test framework's, with main and the runtime
/// around them. Returns 0 if the framework is not there, or if the stack has nothing else.
std::size_t CountFrameworkFrames(const Stack& stack);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_FRAMEWORK_FRAMES_H_
