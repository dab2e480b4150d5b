#include "explain/fiber_wait.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace taskleak::explain {
namespace {

// The wait state for each function or class; tried with 1.74 and 1.81. Classes that use others come
// first: a future waits on a condition variable.
constexpr std::array<std::pair<std::string_view, WaitState>, 13> kFiberFunctions{{
    {"boost::fibers::detail::shared_state", WaitState::kFuture},
    {"boost::fibers::detail::future_base", WaitState::kFuture},
    {"boost::fibers::buffered_channel::", WaitState::kChannel},
    {"boost::fibers::unbuffered_channel::", WaitState::kChannel},
    {"boost::fibers::mutex::lock", WaitState::kMutex},
    {"boost::fibers::recursive_mutex::lock", WaitState::kMutex},
    {"boost::fibers::timed_mutex::", WaitState::kMutex},
    {"boost::fibers::recursive_timed_mutex::", WaitState::kMutex},
    {"boost::fibers::condition_variable", WaitState::kCondvar},
    {"boost::fibers::fiber::join", WaitState::kJoin},
    {"boost::fibers::context::join", WaitState::kJoin},
    {"boost::this_fiber::sleep_", WaitState::kSleep},
    // This is the only other function that waits only for a time. It is inlined in those above.
    {"boost::fibers::context::wait_until", WaitState::kSleep},
}};

// Returns its place in the table, or the table's size.
std::size_t Find(std::string_view name) {
  std::size_t i = 0;
  while (i < kFiberFunctions.size() && !name.starts_with(kFiberFunctions.at(i).first)) ++i;
  return i;
}

// Returns true for the overload that unlocks an object: other waits with a time limit use it.
bool IsTimedWait(const Frame& frame, std::size_t found) {
  return found + 1 == kFiberFunctions.size() &&
         frame.function.find("spinlock") != std::string::npos;
}

}  // namespace

WaitState ClassifyFiberWait(const symbolize::ResolvedStack& stack) {
  std::size_t best = kFiberFunctions.size();
  for (std::size_t i = 0; i < stack.stack.size() && stack.stack[i].runtime; ++i) {
    const std::size_t found = Find(stack.plain_names[i]);
    if (found >= best || IsTimedWait(stack.stack[i], found)) continue;
    best = found;
    // After a notification, the wait continues with the mutex.
    if (kFiberFunctions.at(best).second == WaitState::kMutex) break;
  }
  return best == kFiberFunctions.size() ? WaitState::kSuspended : kFiberFunctions.at(best).second;
}

}  // namespace taskleak::explain
