// Options that a call does not use, which code must not believe to have an effect.
#ifndef TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_
#define TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_

#include "taskleak/options.h"

namespace taskleak::run {

/// Throws std::invalid_argument if code sets an option that FindLeaks does not use. What comes from
/// TASKLEAK_OPTIONS, as with Options::FromEnvironment(), is not set by code.
void RefuseUnusedInLook(const Options& options);

/// Does the same for a check of one scope: options of a whole run have no effect there.
void RefuseUnusedInScope(const Options& options);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_UNUSED_OPTIONS_H_
