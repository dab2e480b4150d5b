// Keeps the units that the program has allowed to stay.
#ifndef TASKLEAK_SRC_RUN_ADOPT_H_
#define TASKLEAK_SRC_RUN_ADOPT_H_

#include <vector>

#include "check/outcome.h"

namespace taskleak::run {

/// Returns the units that scopes of AllowLeaks have adopted since the last call, by reason.
/// Thread-safe.
std::vector<check::AllowedLeaks> TakeAllowed();

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_ADOPT_H_
