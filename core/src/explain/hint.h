// What helps against a leak.
#ifndef TASKLEAK_SRC_EXPLAIN_HINT_H_
#define TASKLEAK_SRC_EXPLAIN_HINT_H_

#include <cstddef>
#include <span>
#include <string>

#include "explain/inspect.h"

namespace taskleak::explain {

/// One line for a group that is not deadlocked, about its first finding's place; empty where there
/// is no evidence for anything. `alone`: no other thread of the process is alive that could do
/// something about it, but for the one that checks and the main one.
std::string Hint(std::span<const Finding> same, bool alone);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_HINT_H_
