#include "taskleak/live/diff.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "group_key.h"
#include "places.h"
#include "stack_json.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using Change = Diff::Change;
using Kind = Diff::Kind;

// A capture's groups by creator. Most creators have one group.
using Groups = std::map<std::string, std::vector<const LeakGroup*>>;

Groups ByKey(const Capture& capture) {
  Groups groups;
  for (const LeakGroup& group : capture.report.groups) groups[GroupKey(group)].push_back(&group);
  return groups;
}

std::set<std::int64_t> Ids(const std::vector<const LeakGroup*>& groups) {
  std::set<std::int64_t> ids;
  for (const LeakGroup* group : groups) {
    for (const Unit& unit : group->units) ids.insert(unit.id);
  }
  return ids;
}

Change CompareGroups(const std::vector<const LeakGroup*>& before,
                     const std::vector<const LeakGroup*>& after) {
  const std::set<std::int64_t> old_ids = Ids(before);
  const std::set<std::int64_t> new_ids = Ids(after);
  Change change;
  change.before = old_ids.size();
  change.after = new_ids.size();
  change.fresh = static_cast<std::size_t>(
      std::ranges::count_if(new_ids, [&](std::int64_t id) { return !old_ids.contains(id); }));
  change.group = after.empty() ? before.front() : after.front();
  change.kind = before.empty()                 ? Kind::kAppeared
                : after.empty()                ? Kind::kVanished
                : change.after > change.before ? Kind::kGrew
                                               : Kind::kShrank;
  return change;
}

void AddChange(const Change& change, std::string& text) {
  const Unit& first = change.group->first();
  text += fmt::format("\n{}: {} -> {}", ChangeWord(change.kind), change.before,
                      CountText(change.after, change.group->units));
  if (change.fresh > 0 && change.fresh < change.after)
    text += fmt::format(", {} of them new", change.fresh);
  text += fmt::format("  signature {}\n", change.group->signature);
  if (!first.created_by.empty()) text += "    created by\n";
  AddFrames(first.created_by, text);
  for (const Place units : PlacesOf(*change.group)) {
    text += fmt::format("    {} {}\n", units.size(), ToString(units.front().state));
    AddFrames(units.front().stack, text);
  }
}

nlohmann::ordered_json CaptureJson(const Capture& capture) {
  return {{"id", capture.id},
          {"time", TimeText(capture.time)},
          {"threads", capture.threads},
          {"unjoined", capture.unjoined},
          {"tasks", capture.tasks}};
}

}  // namespace

Diff Compare(CapturePtr from, CapturePtr to) {
  Diff diff;
  diff.from = std::move(from);
  diff.to = std::move(to);
  const Groups before = ByKey(*diff.from);
  const Groups after = ByKey(*diff.to);
  for (const auto& [key, groups] : after) {
    const auto old = before.find(key);
    const Change change =
        CompareGroups(old == before.end() ? std::vector<const LeakGroup*>() : old->second, groups);
    if (change.before != change.after) diff.changes.push_back(change);
  }
  for (const auto& [key, groups] : before) {
    if (!after.contains(key)) diff.changes.push_back(CompareGroups(groups, {}));
  }
  const auto growth = [](const Change& change) {
    return static_cast<std::ptrdiff_t>(change.after) - static_cast<std::ptrdiff_t>(change.before);
  };
  std::ranges::stable_sort(diff.changes, std::ranges::greater(), growth);
  return diff;
}

std::string Diff::ToText() const {
  const auto seconds = std::chrono::duration<double>(to->time - from->time).count();
  std::string text = fmt::format(
      "from capture {} ({}) to {}, {:.1f} s: threads {} -> {}, unjoined threads {} -> {}, tasks "
      "{} -> {}\n",
      from->id, TimeText(from->time), to->id, seconds, from->threads, to->threads, from->unjoined,
      to->unjoined, from->tasks, to->tasks);
  if (changes.empty()) text += "no group appeared, grew, shrank or vanished\n";
  for (const Change& change : changes) AddChange(change, text);
  return text;
}

std::string Diff::ToJson() const {
  auto list = nlohmann::ordered_json::array();
  for (const Change& change : changes) {
    const Unit& first = change.group->first();
    list.push_back({{"change", ChangeWord(change.kind)},
                    {"before", change.before},
                    {"after", change.after},
                    {"fresh", change.fresh},
                    {"kind", taskleak::ToString(first.kind)},
                    {"name", first.name},
                    {"state", taskleak::ToString(first.state)},
                    {"signature", change.group->signature},
                    {"origin", first.origin},
                    {"stack", StackJson(first.stack)},
                    {"created_by", StackJson(first.created_by)}});
  }
  const nlohmann::ordered_json document = {
      {"from", CaptureJson(*from)}, {"to", CaptureJson(*to)}, {"changes", std::move(list)}};
  return document.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace taskleak::live
