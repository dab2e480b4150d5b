// Finds out if a std::jthread was asked to stop.
#ifndef TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_
#define TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_

#include <cstdint>
#include <optional>

#include "symbolize/resolved_stack.h"

namespace taskleak::explain {

/// Returns whether the thread was asked to stop. Returns nothing unless it is a thread of libstdc++
/// and its stack shows that its function takes a std::stop_token and no other argument. `argument`
/// is the argument of its start routine; 0 if not known.
std::optional<bool> StopRequested(const symbolize::ResolvedStack& stack, std::uintptr_t argument);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_
