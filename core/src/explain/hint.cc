#include "explain/hint.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "explain/wait_facts.h"
#include "linux/modules/start_modules.h"
#include "symbolize/own_code.h"

namespace taskleak::explain {
namespace {

// What the frames of a creation stack show of how long the thread is meant to live.
enum class Lifetime {
  kUnknown,
  kProcess,  // it was created while the program's static objects were
  kOnce,     // by what is done once, for the process or for an object
  kPlugin,   // the same of a library that was loaded later and may be unloaded
};

bool IsStaticInitialization(std::string_view name) {
  return name == "__static_initialization_and_destruction_0" ||
         name.starts_with("_GLOBAL__sub_I") || name.starts_with("__cxx_global_var_init");
}

bool IsOnce(std::string_view name) {
  return name == "std::call_once" || name == "pthread_once" || name == "call_once" ||
         name == "__pthread_once_slow" || name == "__gthread_once";
}

// Libraries do something once for each of their own objects as well, as std::async and futures do
// for what they run.
Lifetime LifetimeOf(const symbolize::ResolvedStack& creator) {
  for (std::size_t i = 0; i < creator.plain_names.size(); ++i) {
    const std::string& name = creator.plain_names[i];
    const bool is_static = IsStaticInitialization(name);
    if (!is_static && !IsOnce(name)) continue;
    std::size_t by = i;  // whose static object it is, or the caller
    if (!is_static) {
      while (by < creator.plain_names.size() && IsOnce(creator.plain_names[by])) ++by;
    }
    if (by >= creator.stack.size()) return is_static ? Lifetime::kProcess : Lifetime::kUnknown;
    const Frame& frame = creator.stack[by];
    i = by;
    if (!is_static && !symbolize::IsOwnCode(creator, by)) continue;
    if (!platform::WasLoadedAtStart(frame.address)) return Lifetime::kPlugin;
    return is_static ? Lifetime::kProcess : Lifetime::kOnce;
  }
  return Lifetime::kUnknown;
}

std::string LifetimeHint(const symbolize::ResolvedStack& creator) {
  switch (LifetimeOf(creator)) {
    case Lifetime::kProcess:
      return "process-wide singleton: adopt it with AdoptCurrent() or ignore it by creator";
    case Lifetime::kOnce:
      return "created in a call_once: if it is meant to live as long as the process, adopt it with "
             "AdoptCurrent() or ignore it by creator";
    case Lifetime::kPlugin:
      return "its library was loaded with dlopen: end the thread when the library is unloaded, and "
             "unload it before the test ends";
    case Lifetime::kUnknown:
      break;
  }
  return {};
}

// Workers that stand at one place and wait for the same thing.
bool AreIdlePool(std::span<const Finding> same) {
  const Unit& first = same.front().unit;
  const auto idle = std::count_if(same.begin(), same.end(), [&first](const Finding& finding) {
    return finding.unit.state == first.state && finding.unit.waits_at == first.waits_at;
  });
  return idle > 1 && first.waits_at != 0 &&
         (first.state == WaitState::kCondvar || first.state == WaitState::kSemaphore);
}

std::string_view PoolsQueue(WaitState state) {
  return state == WaitState::kCondvar ? "condition variable" : "semaphore";
}

// "net::Client::Connect() (src/client.cc:41)"
std::string InnermostOwnCall(const symbolize::ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    const Frame& frame = stack.stack[i];
    const std::string& name = stack.plain_names[i];
    if (name.empty() || !symbolize::IsOwnCode(stack, i)) continue;
    return frame.file.empty() ? name : fmt::format("{} ({}:{})", name, frame.file, frame.line);
  }
  return {};
}

bool AcceptsAt(const DescriptorFacts& descriptor) {
  const auto* const socket = std::get_if<platform::OpenSocket>(&descriptor.file);
  return socket != nullptr && socket->listening;
}

bool AcceptsAt(const DescriptorList& list) {
  return std::ranges::any_of(list.first, [](const DescriptorFacts& d) { return AcceptsAt(d); });
}

bool Listens(const Finding& finding) {
  const WaitFacts& wait = finding.detail.wait;
  if (finding.unit.state == WaitState::kAccept) return true;
  if (const auto* const one = std::get_if<DescriptorWait>(&wait)) return AcceptsAt(one->on);
  if (const auto* const poll = std::get_if<PollWait>(&wait)) return AcceptsAt(poll->on);
  if (const auto* const epoll = std::get_if<EpollWait>(&wait)) return AcceptsAt(epoll->watched);
  return false;
}

bool HasNoWriter(const DescriptorWait& wait) {
  return wait.other_end && wait.other_end->writes && !wait.other_end->at;
}

// Evidence beyond the wait state.
std::string Special(std::span<const Finding> same) {
  const Finding& first = same.front();
  const Unit& unit = first.unit;
  if (unit.held_by && unit.held_by->ended)
    return "its owner ended without unlocking it: lock with std::lock_guard or the like";
  if (unit.held_by && unit.held_by->id == unit.id) return "a thread cannot join itself";
  const auto* const descriptor = std::get_if<DescriptorWait>(&first.detail.wait);
  if (descriptor != nullptr && descriptor->standard_input)
    return "standard input may stay open for ever: wait for it with poll, together with a "
           "descriptor that ends the wait";
  if (descriptor != nullptr && HasNoWriter(*descriptor))
    return "only another process can still write to it or close it: end that one, or write first";
  if (std::string hint = LifetimeHint(*first.created_by); !hint.empty()) return hint;
  if (first.stop_not_requested)
    return "nobody has asked this std::jthread to stop: destroy it or call request_stop()";
  if (Listens(first)) return "stop the server before the test ends";
  if (AreIdlePool(same))
    return fmt::format("idle workers that share a {}: stop and join the pool before the test ends",
                       PoolsQueue(unit.state));
  return {};
}

std::string ForTasks(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kQueued:
      return fmt::format("run or discard {} before the test ends", it);
    case WaitState::kSuspended:
      return fmt::format("resume {} to the end, cancel {} or destroy {}", it, it, it);
    default:
      return {};
  }
}

std::string ByState(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kCondvar:
      return fmt::format("tell {} to stop, notify the condition variable, and join {}", it, it);
    case WaitState::kSemaphore:
      return fmt::format("tell {} to stop, release the semaphore, and join {}", it, it);
    case WaitState::kAtomicWait:
      return fmt::format("change the value, notify {}, and join {}", it, it);
    case WaitState::kFuture:
      return "its promise has not been kept: set a value or an exception, or destroy the promise";
    case WaitState::kRecv:
      return "shut the socket down or close its other end (closing it here does not wake a reader)";
    case WaitState::kSleep:
      return "sleep cannot be interrupted: wait on a condition variable with a timeout instead";
    case WaitState::kWaitChild:
      return "end the child process before the test ends";
    default:
      return {};
  }
}

std::string ForFibers(WaitState state, std::string_view it) {
  switch (state) {
    case WaitState::kChannel:
      return fmt::format("close the channel, which ends every wait on it, and join {}", it);
    case WaitState::kQueued:
    case WaitState::kSuspended:
      return fmt::format("join {} before the test ends", it);
    default:
      return ByState(state, it);
  }
}

}  // namespace

std::string Hint(std::span<const Finding> same, bool alone) {
  const Finding& first = same.front();
  const std::string_view it = same.size() == 1 ? "it" : "them";
  if (first.unit.kind == UnitKind::kUnjoinedThread) return fmt::format("join or detach {}", it);
  if (first.is_fiber) return ForFibers(first.unit.state, it);
  if (!first.hint.empty()) return first.hint;
  if (first.unit.kind == UnitKind::kTask) return ForTasks(first.unit.state, it);
  if (std::string special = Special(same); !special.empty()) return special;
  if (first.detached_by != nullptr) {
    if (const std::string call = InnermostOwnCall(*first.detached_by); !call.empty())
      return fmt::format("detached in {}: keep the thread and join it instead", call);
  }
  std::string by_state = ByState(first.unit.state, it);
  if (first.unit.state == WaitState::kCondvar && alone)
    return "only the main thread is left to notify " + std::string(it) + ": " + by_state;
  return by_state;
}

}  // namespace taskleak::explain
