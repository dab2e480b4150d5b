#include "explain/hint.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "explain/wait_facts.h"
#include "linux/modules/start_modules.h"
#include "symbolize/own_code.h"

namespace taskleak::explain {
namespace {

bool IsStaticInitialization(std::string_view name) {
  return name == "__static_initialization_and_destruction_0" ||
         name.starts_with("_GLOBAL__sub_I") || name.starts_with("__cxx_global_var_init");
}

bool IsOnce(std::string_view name) {
  return name == "std::call_once" || name == "pthread_once" || name == "call_once" ||
         name == "__pthread_once_slow" || name == "__gthread_once";
}

// Returns what the frames of a creation stack show about how long the thread is meant to live;
// kNone if nothing. A call in a library's own code shows nothing: libraries do things once for each
// of their objects, as std::async and futures do for what they run.
Hint::Kind ByLifetime(const symbolize::ResolvedStack& creator) {
  for (std::size_t i = 0; i < creator.plain_names.size(); ++i) {
    const std::string& name = creator.plain_names[i];
    const bool is_static = IsStaticInitialization(name);
    if (!is_static && !IsOnce(name)) continue;
    std::size_t by = i;  // the frame of the initialization, or its caller
    if (!is_static) {
      while (by < creator.plain_names.size() && IsOnce(creator.plain_names[by])) ++by;
    }
    if (by >= creator.stack.size()) return is_static ? Hint::Kind::kSingleton : Hint::Kind::kNone;
    const Frame& frame = creator.stack[by];
    i = by;
    if (!is_static && !symbolize::IsOwnCode(creator, by)) continue;
    if (!platform::WasLoadedAtStart(frame.address)) return Hint::Kind::kPlugin;
    return is_static ? Hint::Kind::kSingleton : Hint::Kind::kOnce;
  }
  return Hint::Kind::kNone;
}

// Returns whether these are workers that wait for the same thing at one place.
bool AreIdlePool(std::span<const Finding* const> same) {
  const Unit& first = same.front()->unit;
  const auto idle = std::count_if(same.begin(), same.end(), [&first](const Finding* finding) {
    return finding->unit.state == first.state && finding->unit.waits_at == first.waits_at;
  });
  return idle > 1 && first.waits_at != 0 &&
         (first.state == WaitState::kCondvar || first.state == WaitState::kSemaphore);
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

// Looks for evidence beyond the wait state.
Hint::Kind Special(std::span<const Finding* const> same) {
  const Finding& first = *same.front();
  const Unit& unit = first.unit;
  if (unit.held_by && unit.held_by->ended) return Hint::Kind::kOwnerEnded;
  if (unit.held_by && unit.held_by->id == unit.id) return Hint::Kind::kJoinsItself;
  const auto* const descriptor = std::get_if<DescriptorWait>(&first.detail.wait);
  if (descriptor != nullptr && descriptor->standard_input) return Hint::Kind::kStandardInput;
  if (descriptor != nullptr && HasNoWriter(*descriptor)) return Hint::Kind::kNoWriter;
  if (const Hint::Kind kind = ByLifetime(*first.created_by); kind != Hint::Kind::kNone) return kind;
  if (first.stop_not_requested) return Hint::Kind::kNotAskedToStop;
  if (Listens(first)) return Hint::Kind::kServer;
  return AreIdlePool(same) ? Hint::Kind::kIdleWorkers : Hint::Kind::kNone;
}

// Returns the call that detached the thread; nothing if it was not detached, or that is not known.
std::optional<Frame> DetachingCall(const Finding& finding) {
  if (finding.detached_by == nullptr) return std::nullopt;
  const symbolize::ResolvedStack& stack = *finding.detached_by;
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (stack.plain_names[i].empty() || !symbolize::IsOwnCode(stack, i)) continue;
    Frame call = stack.stack[i];
    call.function = stack.plain_names[i];
    return call;
  }
  return std::nullopt;
}

}  // namespace

Hint FindHint(std::span<const Finding* const> same, bool alone) {
  const Finding& first = *same.front();
  if (first.unit.kind == UnitKind::kUnjoinedThread) return {Hint::Kind::kUnjoined};
  if (first.unit.kind == UnitKind::kProcess)
    return {first.unit.state == WaitState::kEnded ? Hint::Kind::kNotWaitedFor
                                                  : Hint::Kind::kNotEnded};
  if (first.is_fiber) return {Hint::Kind::kFiber};
  if (!first.hint.empty()) return {Hint::Kind::kOfAdapter, first.hint};
  if (first.unit.kind == UnitKind::kTask) return {Hint::Kind::kTask};
  if (const Hint::Kind kind = Special(same); kind != Hint::Kind::kNone) return {kind};
  if (auto call = DetachingCall(first)) return {Hint::Kind::kDetached, {}, *std::move(call)};
  if (first.unit.state == WaitState::kCondvar && alone) return {Hint::Kind::kOnlyMainNotifies};
  return {Hint::Kind::kWait};
}

}  // namespace taskleak::explain
