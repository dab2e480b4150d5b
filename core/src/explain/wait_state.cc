#include "explain/wait_state.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "linux/arch/call_target.h"
#include "linux/look/futex_call.h"
#include "linux/look/wait_call.h"
#include "symbolize/runtime_code.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

// The state of a wait inside each of libc's functions. The innermost known function decides.
constexpr std::array<std::pair<std::string_view, WaitState>, 30> kFunctions{{
    {"pthread_cond_wait", WaitState::kCondvar},
    {"pthread_cond_timedwait", WaitState::kCondvar},
    {"pthread_cond_clockwait", WaitState::kCondvar},
    {"cnd_wait", WaitState::kCondvar},
    {"cnd_timedwait", WaitState::kCondvar},
    {"pthread_mutex_lock", WaitState::kMutex},
    {"pthread_mutex_lock_full", WaitState::kMutex},
    {"pthread_mutex_timedlock", WaitState::kMutex},
    {"pthread_mutex_clocklock", WaitState::kMutex},
    {"pthread_mutex_clocklock_common", WaitState::kMutex},
    {"pthread_mutex_cond_lock", WaitState::kMutex},
    {"mtx_lock", WaitState::kMutex},
    {"mtx_timedlock", WaitState::kMutex},
    {"lll_lock_wait", WaitState::kMutex},
    {"lll_lock_wait_private", WaitState::kMutex},
    {"pthread_rwlock_rdlock", WaitState::kRwlock},
    {"pthread_rwlock_wrlock", WaitState::kRwlock},
    {"pthread_rwlock_timedrdlock", WaitState::kRwlock},
    {"pthread_rwlock_timedwrlock", WaitState::kRwlock},
    {"pthread_rwlock_clockrdlock", WaitState::kRwlock},
    {"pthread_rwlock_clockwrlock", WaitState::kRwlock},
    {"sem_wait", WaitState::kSemaphore},
    {"sem_timedwait", WaitState::kSemaphore},
    {"sem_clockwait", WaitState::kSemaphore},
    {"pthread_join", WaitState::kJoin},
    {"pthread_timedjoin_np", WaitState::kJoin},
    {"pthread_clockjoin_np", WaitState::kJoin},
    {"pthread_clockjoin_ex", WaitState::kJoin},
    {"thrd_join", WaitState::kJoin},
    {"pthread_barrier_wait", WaitState::kFutex},
}};

// The same for the C++ runtimes, by the beginnings of names.
constexpr std::array<std::pair<std::string_view, WaitState>, 14> kRuntime{{
    {"std::condition_variable::wait", WaitState::kCondvar},
    {"std::thread::join", WaitState::kJoin},
    {"std::__atomic_futex_unsigned_base::_M_futex_wait", WaitState::kFuture},
    {"std::__detail::__platform_wait", WaitState::kAtomicWait},
    {"std::__detail::__wait", WaitState::kAtomicWait},
    {"std::__detail::__timed_waiter", WaitState::kAtomicWait},
    {"std::__atomic_wait_address", WaitState::kAtomicWait},
    {"std::__atomic_semaphore::", WaitState::kAtomicWait},
    {"std::counting_semaphore::", WaitState::kAtomicWait},
    {"std::latch::", WaitState::kAtomicWait},
    {"std::barrier::", WaitState::kAtomicWait},
    {"std::__1::__libcpp_atomic_wait", WaitState::kAtomicWait},
    {"std::__1::__cxx_atomic_wait", WaitState::kAtomicWait},
    {"std::__1::__libcpp_contention_wait", WaitState::kAtomicWait},
}};

// A program makes its own futex calls through this function, and their purpose is not known.
constexpr std::string_view kSystemCall = "syscall";

// Returns the public name of a function. glibc has internal names too: __pthread_cond_wait,
// __GI___lll_lock_wait, __new_sem_wait_slow64. Sanitizers intercept functions:
// ___interceptor_sem_wait.
std::string_view PublicName(std::string_view name) {
  if (name.starts_with("std::")) return name;
  for (const std::string_view prefix : {"__GI_", "___interceptor_", "__interceptor_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  for (const std::string_view semaphore : {"new_sem_wait", "sem_wait"}) {
    if (name.starts_with(semaphore)) return "sem_wait";
  }
  return name;
}

// Returns whether this is one of libc's functions around the system call, which have no public
// names.
bool IsInternal(std::string_view name) {
  return std::ranges::any_of(
      std::array<std::string_view, 5>{"futex_", "__futex_", "do_futex_wait", "__lll_", "__GI___"},
      [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::optional<Wait> ByName(std::string_view plain_name) {
  const std::string_view name = PublicName(plain_name);
  for (const auto& [function, state] : kFunctions) {
    if (name == function) return Wait{state, function};
  }
  for (const auto& [function, state] : kRuntime) {
    if (name.starts_with(function)) return Wait{state, function};
  }
  return std::nullopt;
}

// Returns whether the frame's function is certain. If the frame is guessed and its caller is not,
// only its place in the function is (linux/unwind/return_address.h).
bool IsFunctionKnown(const Stack& frames, std::size_t index) {
  const Frame& frame = frames[index];
  if (!frame.guessed) return true;
  const auto caller =
      std::find_if(frames.begin() + static_cast<std::ptrdiff_t>(index), frames.end(),
                   [&](const Frame& f) { return f.address != frame.address; });
  return caller != frames.end() && !caller->guessed;
}

// Classifies by the functions on the stack, from the innermost outward to the first one of the
// program.
std::optional<Wait> ByStack(const symbolize::ResolvedStack& stack) {
  std::optional<Wait> innermost;
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    const std::string& name = stack.plain_names[i];
    if (std::optional<Wait> wait = ByName(name)) {
      const bool lock_of_libc = wait->function.starts_with("lll_");
      if (!IsFunctionKnown(stack.stack, i)) wait->function = {};
      // Libc's own locks wait there too; the caller's name shows whether it is a mutex.
      if (!lock_of_libc) return wait;
      innermost = wait;
    } else if (name == kSystemCall) {
      innermost = Wait{WaitState::kFutex, {}};
    } else if (!stack.stack[i].runtime && !IsInternal(name)) {
      break;
    }
  }
  return innermost;
}

// Classifies by the function of a library that was called from outside. That function is not on the
// stack any more if it ends with a jump to another, which has no name in a stripped library.
std::optional<Wait> ByCall(const symbolize::ResolvedStack& stack) {
  const Frame* const caller =
      std::find_if(stack.stack.begin(), stack.stack.end(),
                   [&stack](const Frame& frame) { return frame.module != stack.stack[0].module; });
  if (caller == stack.stack.end()) return std::nullopt;
  for (const std::uintptr_t target : platform::CallTargets(caller->address)) {
    const symbolize::QuickFrame& called =
        symbolize::Quick({.pc = target, .is_return_address = false, .guessed = false});
    if (called.module != stack.stack[0].module || called.plain_name.empty()) continue;
    std::optional<Wait> wait = ByName(called.plain_name);
    if (wait && caller->guessed) wait->function = {};
    return wait ? wait : Wait{WaitState::kFutex, {}};
  }
  return std::nullopt;
}

Wait WaitOf(const platform::LibcWait& wait) { return {wait.state, wait.function}; }

// Classifies by the place of the system call alone. If that place has no name, this shows nothing
// here: its caller, which was not read, may have one.
Wait ByPlace(const platform::BlockedAt& at) {
  const symbolize::QuickFrame& place =
      symbolize::Quick({.pc = at.pc, .is_return_address = false, .guessed = false});
  if (place.plain_name == kSystemCall)
    return {platform::IsForFuture(at) ? WaitState::kFuture : WaitState::kFutex, {}};
  if (const auto wait = ByName(place.plain_name)) return *wait;
  return place.system_module ? WaitOf(platform::ClassifyLibcWait(at)) : Wait{WaitState::kFutex, {}};
}

// Classifies futex(2). Functions are certain evidence. A wait in the program's own code is for an
// object of its own.
Wait ClassifyFutex(const platform::BlockedAt& at, const symbolize::ResolvedStack& stack) {
  if (stack.stack.empty()) return ByPlace(at);
  std::optional<Wait> wait = ByStack(stack);
  if (!wait) wait = ByCall(stack);
  // A wait on a condition variable uses a bit set. A plain wait inside it is for the mutex, after
  // the notification.
  if (wait && wait->state == WaitState::kCondvar && platform::IsForContendedMutex(at))
    return {WaitState::kMutex, wait->function};
  if (wait) return *wait;
  const bool in_libc =
      symbolize::IsSystemModule(stack.stack[0].module) || IsInternal(stack.plain_names[0]);
  return in_libc ? WaitOf(platform::ClassifyUnnamedLibcWait(at)) : Wait{WaitState::kFutex, {}};
}

}  // namespace

Wait ClassifyWait(const platform::BlockedAt& at, const symbolize::ResolvedStack& stack) {
  if (at.running) return {WaitState::kRunning, {}};
  if (platform::IsInFutex(at)) return ClassifyFutex(at, stack);
  const auto* const call = platform::FindWaitCall(at);
  return {call == nullptr ? WaitState::kOther : call->state, {}};
}

}  // namespace taskleak::explain
