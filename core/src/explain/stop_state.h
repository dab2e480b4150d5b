// Whether a std::jthread was asked to stop.
#ifndef TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_
#define TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_

#include <cstdint>
#include <optional>

#include "symbolize/resolved_stack.h"

namespace taskleak::explain {

/// Known only of a thread of libstdc++'s whose function takes a std::stop_token and nothing else:
/// its stack tells that. `argument` is what its start routine was given; 0 if that is not known.
std::optional<bool> StopRequested(const symbolize::ResolvedStack& stack, std::uintptr_t argument);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_STOP_STATE_H_
