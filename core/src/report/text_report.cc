// LeakReport as a person reads it.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "report/frame_lines.h"
#include "report/wording.h"
#include "taskleak/leak.h"

namespace taskleak {
namespace {

constexpr std::size_t kMostGroups = 20;

void AddStack(const Stack& stack, report::StackRole role, bool verbose, std::string* text) {
  for (const std::string& line :
       verbose ? report::FullLines(stack) : report::ShortLines(stack, role)) {
    *text += "      " + line + '\n';
  }
}

// [1] 8 threads "pool-worker"  waiting on a condition variable
void AddGroupHeadline(const LeakGroup& group, std::size_t number, std::string* text) {
  const Unit& first = group.first();
  const std::string_view noun = first.kind == UnitKind::kTask ? "task" : "thread";
  *text += fmt::format("[{}] {}", number, report::Count(group.units.size(), noun));
  const std::string names = report::Distinct(group, "name", [](const Unit& unit) {
    return unit.name.empty() ? "" : '"' + unit.name + '"';
  });
  if (!names.empty()) *text += ' ' + names;
  if (group.units.size() == 1) *text += fmt::format(" ({})", first.id);
  *text += fmt::format("  {}{}", group.deadlock ? "DEADLOCK: " : "", report::Doing(first));
  const std::string detail =
      report::Distinct(group, "detail", [](const Unit& unit) { return unit.detail; });
  if (!detail.empty()) *text += ": " + detail;
  *text += '\n';
}

// "ids 4121, 4122, 4123, 4124, ...; started 1.0 s ago"
void AddIdsAndAge(const LeakGroup& group, std::string* text) {
  std::vector<std::string> parts;
  if (group.units.size() > 1) {
    parts.push_back("ids " + report::Distinct(group, "", [](const Unit& unit) {
                      return std::to_string(unit.id);
                    }));
  }
  const auto [youngest, oldest] =
      std::minmax_element(group.units.begin(), group.units.end(),
                          [](const Unit& a, const Unit& b) { return a.age < b.age; });
  if (oldest->age.count() > 0) {
    const std::string from = report::Duration(youngest->age);
    const std::string to = report::Duration(oldest->age);
    parts.push_back(from == to ? fmt::format("started {} ago", to)
                               : fmt::format("started {} to {} ago", from, to));
  }
  if (!parts.empty()) *text += fmt::format("    {}\n", fmt::join(parts, "; "));
}

void AddCreation(const Unit& unit, bool verbose, std::string* text) {
  if (unit.created_by.empty() && unit.origin.empty()) return;
  *text += "    created";
  if (!unit.origin.empty()) *text += " in " + unit.origin;
  *text += unit.created_by.empty() ? "\n" : " by\n";
  if (!unit.created_by.empty())
    AddStack(unit.created_by, report::StackRole::kWhoCreated, verbose, text);
}

void AddWhere(const LeakGroup& group, bool verbose, std::string* text) {
  const Unit& unit = group.first();
  const bool one = group.units.size() == 1;
  if (!unit.stack.empty()) {
    *text += one ? "    it is at\n" : "    each is at\n";
    AddStack(unit.stack, report::StackRole::kWhereItIs, verbose, text);
    if (!unit.stack_missing.empty())
      *text += fmt::format("      (outer frames are missing: {})\n", unit.stack_missing);
  } else if (!unit.stack_missing.empty()) {
    *text += fmt::format("    {}: {}\n", one ? "its stack is missing" : "their stacks are missing",
                         unit.stack_missing);
  }
}

void AddGroup(const LeakGroup& group, std::size_t number, bool hang, bool verbose,
              std::string* text) {
  *text += '\n';
  AddGroupHeadline(group, number, text);
  AddIdsAndAge(group, text);
  AddCreation(group.first(), verbose, text);
  AddWhere(group, verbose, text);
  const std::string hint = report::Hint(group);
  if (!hint.empty() && !hang) *text += fmt::format("    hint: {}\n", hint);
  if (!group.ignore.empty())
    *text += fmt::format("    ignore: {}\n", fmt::join(group.ignore, " | "));
}

}  // namespace

std::size_t LeakReport::unit_count() const {
  std::size_t count = 0;
  for (const LeakGroup& group : groups) count += group.units.size();
  return count;
}

std::string LeakReport::ToText(bool verbose) const {
  std::string text = report::Headline(*this) + '\n';
  const std::size_t shown = verbose ? groups.size() : std::min(groups.size(), kMostGroups);
  for (std::size_t i = 0; i < shown; ++i) AddGroup(groups[i], i + 1, hang, verbose, &text);
  if (shown < groups.size()) {
    text += fmt::format("\nand {}; verbose=1 or the JSON report lists them\n",
                        report::Count(groups.size() - shown, "more group"));
  }
  if (!notes.empty()) text += '\n';
  for (const std::string& note : notes) text += fmt::format("note: {}\n", note);
  return report::Printable(text);
}

}  // namespace taskleak
