// Options with the changes from the environment.
#ifndef TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_
#define TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_

#include "taskleak/options.h"

namespace taskleak::rules {

/// Returns `options` with the changes from TASKLEAK_OPTIONS. Throws std::invalid_argument, naming
/// key and value, if either is bad.
Options WithEnvironment(const Options& options);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_
