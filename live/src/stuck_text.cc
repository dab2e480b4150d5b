#include "stuck_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "places.h"
#include "stack_json.h"
#include "taskleak/internal/report_json.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using Json = nlohmann::ordered_json;

struct Counts {
  std::size_t threads = 0;
  std::size_t tasks = 0;
};

std::string CountsText(const Counts& counts) {
  if (counts.tasks == 0) return Count(counts.threads, "thread");
  if (counts.threads == 0) return Count(counts.tasks, "task");
  return Count(counts.threads, "thread") + " and " + Count(counts.tasks, "task");
}

Counts CountStuck(const StuckReport& stuck) {
  Counts counts;
  for (const auto& [reason, group] : stuck.groups)
    (group.first().kind == UnitKind::kTask ? counts.tasks : counts.threads) += group.units.size();
  return counts;
}

// Adds the frames of the program's own, or all of them if there are none.
void AddOwnFrames(const Stack& stack, std::string& text) {
  const bool any_own = !std::ranges::all_of(stack, &Frame::runtime);
  for (const Frame& frame : stack) {
    if (any_own && frame.runtime) continue;
    AddFrame(frame, text);
  }
}

std::string IdsText(Place units) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (const Unit& unit : units.first(std::min(units.size(), kMost)))
    text += fmt::format("{}{}", text.empty() ? "" : ", ", unit.id);
  return units.size() > kMost ? text + ", ..." : text;
}

// 1 thread "teller" (4129), mutex: 0x5610, held by 4130, 12 s old
void AddPlace(Place units, std::string& text) {
  const Unit& first = units.front();
  text += fmt::format("  {} ({}), {}", CountText(units.size(), units), IdsText(units),
                      ToString(first.state));
  if (units.size() == 1 && !first.detail.empty()) text += ": " + OneLine(first.detail);
  const auto same_holder = [&first](const Unit& unit) {
    return unit.held_by && unit.held_by->id == first.held_by->id;
  };
  if (first.held_by && std::ranges::all_of(units, same_holder)) {
    text +=
        fmt::format(", held by {}{}", first.held_by->id, first.held_by->ended ? " (ended)" : "");
  }
  text += fmt::format(", {}\n", Ages(units));
  AddOwnFrames(first.stack, text);
  if (first.created_by.empty()) return;
  text += "    created by\n";
  AddOwnFrames(first.created_by, text);
}

Json PlaceJson(StuckReason reason, const LeakGroup& group, Place units) {
  const Unit& first = units.front();
  Json ids = Json::array();
  for (const Unit& unit : units) ids.push_back(unit.id);
  return {{"reason", ToString(reason)},
          {"why", Explain(reason)},
          {"kind", ToString(first.kind)},
          {"ids", std::move(ids)},
          {"name", first.name},
          {"state", ToString(first.state)},
          {"detail", first.detail},
          {"held_by", internal::HolderJson<Json>(first.held_by)},
          {"signature", group.signature},
          {"stack", StackJson(first.stack)},
          {"created_by", StackJson(first.created_by)}};
}

}  // namespace

std::string StuckText(const Capture& capture, const StuckReport& stuck) {
  std::string text = fmt::format("# capture {} at {}\n", capture.id, TimeText(capture.time));
  if (!stuck.could_not_look.empty())
    return text + fmt::format("could not look: {}\n", OneLine(stuck.could_not_look));
  const Counts counts = CountStuck(stuck);
  text += counts.threads + counts.tasks == 0
              ? "nothing is shown to be stuck\n"
              : fmt::format("{} cannot continue\n", CountsText(counts));
  std::optional<StuckReason> last;
  for (const auto& [reason, group] : stuck.groups) {
    if (reason != last) text += fmt::format("\n{}\n", Explain(reason));
    last = reason;
    for (const Place units : PlacesOf(group)) AddPlace(units, text);
  }
  if (stuck.unknown_threads + stuck.unknown_tasks > 0) {
    text += fmt::format("\nnothing is known about {}: {}\n",
                        CountsText({stuck.unknown_threads, stuck.unknown_tasks}),
                        OneLine(stuck.unknown_because));
  }
  return text;
}

std::string StuckJson(const Capture& capture, const StuckReport& stuck) {
  Json list = Json::array();
  for (const auto& [reason, group] : stuck.groups) {
    for (const Place units : PlacesOf(group)) list.push_back(PlaceJson(reason, group, units));
  }
  const Json document = {{"capture", capture.id},
                         {"time", TimeText(capture.time)},
                         {"stuck", std::move(list)},
                         {"unknown",
                          {{"threads", stuck.unknown_threads},
                           {"tasks", stuck.unknown_tasks},
                           {"because", stuck.unknown_because}}},
                         {"could_not_look", stuck.could_not_look}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace taskleak::live
