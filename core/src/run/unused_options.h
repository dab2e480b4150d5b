// Refuses options that a call would ignore.
#ifndef TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_
#define TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_

#include "taskleak/options.h"

namespace taskleak::run {

/// Throws std::invalid_argument if code sets an option that FindLeaks does not use. A value that
/// TASKLEAK_OPTIONS has as well, as after Options::FromEnvironment(), does not count as set by
/// code.
void RefuseUnusedInLook(const Options& options);

/// Does the same for a check of one scope: options of a whole run have no effect there.
void RefuseUnusedInScope(const Options& options);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_
