// Combines options with the changes from the environment.
#ifndef TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_
#define TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_

#include <string>
#include <vector>

#include "taskleak/options.h"

namespace taskleak::rules {

/// Returns `options` with the changes from TASKLEAK_OPTIONS. Throws std::invalid_argument, naming
/// key and value, if either is bad.
Options WithEnvironment(const Options& options);

/// Returns the options that differ from the defaults, as key=value, without the rules from code.
std::vector<std::string> Settings(const Options& options);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_EFFECTIVE_OPTIONS_H_
