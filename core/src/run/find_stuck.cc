#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "check/stuck.h"
#include "report/stuck_words.h"
#include "taskleak/stuck.h"

namespace taskleak {
namespace {

// The living units of a group, by the reason why they cannot continue.
using Parts = std::map<StuckReason, std::vector<Unit>>;

const Unit* FindThread(const LeakReport& report, int tid) {
  for (const LeakGroup& group : report.groups) {
    if (group.first().kind != UnitKind::kThread) continue;
    const auto found = std::ranges::find(group.units, tid, &Unit::id);
    if (found != group.units.end()) return &*found;
  }
  return nullptr;
}

LeakGroup With(const LeakGroup& group, std::vector<Unit> units) {
  return {.units = std::move(units),
          .signature = group.signature,
          .former_signature = group.former_signature,
          .part_of = group.part_of,
          .ignore = group.ignore,
          .deadlock = group.deadlock,
          .hint = group.hint};
}

void AddGroup(const LeakGroup& group, const check::StuckUnits& stuck, StuckReport& report) {
  const UnitKind kind = group.first().kind;
  if (kind != UnitKind::kThread && kind != UnitKind::kTask) return;
  Parts parts;
  for (const Unit& unit : group.units) {
    const auto reason = stuck.ReasonOf(unit);
    if (reason)
      parts[*reason].push_back(unit);
    else
      ++(kind == UnitKind::kTask ? report.unknown_tasks : report.unknown_threads);
  }
  for (auto& [reason, units] : parts)
    report.groups.push_back({reason, With(group, std::move(units))});
}

}  // namespace

StuckReport FindStuck(const LeakReport& alive) {
  StuckReport report;
  report.could_not_look = alive.could_not_look;
  if (!report.could_not_look.empty()) return report;
  const check::StuckUnits stuck(alive);
  for (const LeakGroup& group : alive.groups) AddGroup(group, stuck, report);
  std::ranges::stable_sort(report.groups, [](const StuckGroup& a, const StuckGroup& b) {
    return std::pair(a.reason, b.group.units.size()) < std::pair(b.reason, a.group.units.size());
  });
  const std::size_t unknown = report.unknown_threads + report.unknown_tasks;
  if (unknown > 0)
    report.unknown_because =
        report::UnknownText(stuck.obstacle(), FindThread(alive, stuck.in_the_way()), unknown);
  return report;
}

}  // namespace taskleak
