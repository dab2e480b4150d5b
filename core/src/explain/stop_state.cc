#include "explain/stop_state.h"

#include <algorithm>
#include <string_view>

#include "linux/proc/memory.h"

namespace taskleak::explain {
namespace {

// Returns true for the function of std::thread::_State_impl<_Invoker<tuple<Callable,
// std::stop_token>>> that calls the callable (bits/std_thread.h).
bool CallsWithStopTokenOnly(const Frame& frame) {
  const std::string_view name = frame.function;
  return name.starts_with("std::thread::_State_impl<") &&
         (name.find(", std::stop_token> > >::_M_run()") != std::string_view::npos ||
          name.find(", std::stop_token>>>::_M_run()") != std::string_view::npos);
}

}  // namespace

std::optional<bool> StopRequested(const symbolize::ResolvedStack& stack, std::uintptr_t argument) {
  if (argument == 0 || std::none_of(stack.stack.begin(), stack.stack.end(), CallsWithStopTokenOnly))
    return std::nullopt;
  // The argument is that _State_impl: a table of virtual functions, and the tuple. The last element
  // of the tuple comes first. The token is a pointer to a _Stop_state_t, which begins with two
  // 32-bit counters. The lowest bit of the second one says whether stop was requested
  // (<stop_token>).
  struct StopState {
    std::uint32_t owners;
    std::uint32_t value;
  };
  const auto token = platform::ReadValue<std::uintptr_t>(argument + sizeof(void*));
  const auto state = token ? platform::ReadValue<StopState>(*token) : std::nullopt;
  if (!state || state->owners == 0) return std::nullopt;
  return (state->value & 1) != 0;
}

}  // namespace taskleak::explain
