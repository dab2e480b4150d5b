// Parts of reports as JSON that are the same in files and in pages. For taskleak's own libraries.
#ifndef TASKLEAK_INTERNAL_REPORT_JSON_H_
#define TASKLEAK_INTERNAL_REPORT_JSON_H_

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "taskleak/leak.h"

namespace taskleak::internal {

/// Returns "0x7ffe10": as text, because a number in JSON may lose its last digits. Empty for 0.
[[nodiscard]] inline std::string AddressText(std::uintptr_t address) {
  if (address == 0) return {};
  std::array<char, 2 * sizeof address> digits{};
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), address, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

/// Returns "cycle", "self" or "owner_ended".
[[nodiscard]] inline std::string_view ToString(Deadlock::Kind kind) {
  switch (kind) {
    case Deadlock::Kind::kCycle:
      return "cycle";
    case Deadlock::Kind::kSelf:
      return "self";
    case Deadlock::Kind::kOwnerEnded:
      return "owner_ended";
  }
  return "cycle";
}

/// Returns the thread that holds what a unit waits for, or null. `Json` is a nlohmann::basic_json.
template <typename Json>
[[nodiscard]] Json HolderJson(const std::optional<Holder>& holder) {
  if (!holder) return nullptr;
  Json json = {{"id", holder->id},
               {"name", holder->name},
               {"ended", holder->ended},
               {"state", holder->ended ? "" : ToString(holder->state)}};
  if (holder->queued) json["queued"] = true;
  return json;
}

/// Returns a deadlock: one edge for each thread or task, from it to the one that it waits for.
/// `stack_json(const Stack&)` returns what stands for a stack.
template <typename Json, typename StackJson>
[[nodiscard]] Json DeadlockJson(const Deadlock& deadlock, StackJson stack_json) {
  Json edges = Json::array();
  for (const Unit& unit : deadlock.units) {
    const Holder holder = unit.held_by.value_or(Holder());
    Json waiter_stack = stack_json(unit.stack);
    edges.push_back({{"waiter", unit.id},
                     {"waiter_name", unit.name},
                     {"state", taskleak::ToString(unit.state)},
                     {"waits_at", AddressText(unit.waits_at)},
                     {"holder", holder.id},
                     {"holder_name", holder.name},
                     {"holder_ended", holder.ended},
                     {"waiter_stack", std::move(waiter_stack)},
                     {"holder_stack", stack_json(holder.stack)}});
    if (holder.queued) edges.back()["holder_queued"] = true;
  }
  Json json = {{"kind", ToString(deadlock.kind)}, {"edges", std::move(edges)}};
  if (deadlock.units.front().kind == UnitKind::kTask) json["of"] = "task";
  return json;
}

}  // namespace taskleak::internal

#endif  // TASKLEAK_INTERNAL_REPORT_JSON_H_
