// Writes a LeakReport for people.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/frame_lines.h"
#include "report/wording.h"
#include "taskleak/leak.h"

namespace taskleak {
namespace {

constexpr std::size_t kMostGroups = 20;

void AddStack(const Stack& stack, report::StackRole role, std::string_view test, bool verbose,
              std::string* text) {
  for (const std::string& line :
       verbose ? report::FullLines(stack, test) : report::ShortLines(stack, role, test)) {
    *text += "      " + line + '\n';
  }
}

// 8 threads "pool-worker"
std::string UnitsOf(const LeakGroup& group) {
  const std::string_view noun = report::Noun(group.first().kind);
  const std::string names = report::Distinct(group.units, "name", [](const Unit& unit) {
    return unit.name.empty() ? "" : '"' + unit.name + '"';
  });
  return report::Count(group.units.size(), noun) + (names.empty() ? "" : ' ' + names);
}

// [1] 8 threads "pool-worker"  waiting on a condition variable
void AddGroupHeadline(const LeakGroup& group, std::string_view label, std::string* text) {
  const Unit& first = group.first();
  *text += fmt::format("{} {}", label, UnitsOf(group));
  if (group.units.size() == 1) *text += fmt::format(" ({})", first.id);
  *text += fmt::format("  {}", group.deadlock ? "DEADLOCK: " : "");
  const std::size_t places = report::Places(group).size();
  if (places > 1) {
    *text += fmt::format("at {}\n", report::Count(places, "place"));
    return;
  }
  *text += report::Doing(first);
  const std::string detail = report::DistinctDetails(group.units);
  if (!detail.empty()) *text += ": " + detail;
  *text += '\n';
}

// "ids 4121, 4122, 4123, 4124, ...; started 1.0 s ago"
void AddIdsAndAge(const LeakGroup& group, std::string* text) {
  std::vector<std::string> parts;
  if (group.units.size() > 1) {
    const bool numbers = group.first().kind == UnitKind::kDescriptor;
    parts.push_back((numbers ? "numbers " : "ids ") +
                    report::Distinct(group.units, "",
                                     [](const Unit& unit) { return std::to_string(unit.id); }));
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
  const std::string parents = report::Distinct(group.units, "task", [](const Unit& unit) {
    return unit.parent == 0 ? std::string() : std::to_string(unit.parent);
  });
  if (!parents.empty()) parts.push_back("created by task " + parents);
  if (!parts.empty()) *text += fmt::format("    {}\n", fmt::join(parts, "; "));
}

// Returns whether `scope` is the test or a part of it: "Test / section", "Test (pass 2)".
bool IsWithin(std::string_view scope, std::string_view test) {
  if (!scope.starts_with(test)) return false;
  scope.remove_prefix(test.size());
  return scope.empty() || scope.starts_with(" / ") || scope.starts_with(" (pass ");
}

std::vector<const Frame*> OwnFrames(const Stack& stack) {
  std::vector<const Frame*> frames;
  for (const Frame& frame : stack) {
    if (!frame.runtime) frames.push_back(&frame);
  }
  return frames;
}

// Returns "client.cc:41": the line of the first own frame in which a creation stack differs from
// `first`.
std::string OtherLine(const Stack& first, const Stack& other) {
  if (other.begin() == first.begin()) return {};
  const std::vector<const Frame*> ours = OwnFrames(first);
  const std::vector<const Frame*> theirs = OwnFrames(other);
  const auto is_same_line = [](const Frame* a, const Frame* b) {
    return a->line == b->line && a->file == b->file;
  };
  const auto at =
      std::mismatch(ours.begin(), ours.end(), theirs.begin(), theirs.end(), is_same_line);
  if (at.second == theirs.end() || (*at.second)->file.empty()) return {};
  return fmt::format("{}:{}", report::ShortFile((*at.second)->file), (*at.second)->line);
}

// Adds the code that created the units, and the test in which this happened if that is not the
// reported one.
void AddCreation(const LeakGroup& group, const LeakReport& report, bool verbose,
                 std::string* text) {
  const Unit& unit = group.first();
  if (unit.kind == UnitKind::kProcess && unit.created_by.empty()) {
    *text +=
        "    the code that created it is not known: only fork, posix_spawn and popen are "
        "followed\n";
    return;
  }
  if (unit.kind == UnitKind::kDescriptor) return;  // in the test that is reported
  if (unit.created_by.empty() && unit.origin.empty()) return;
  *text += "    created";
  if (!unit.origin.empty()) *text += " in " + unit.origin;
  if (!unit.origin.empty() && !report.test.empty() && !IsWithin(report.test, unit.origin)) {
    *text += " (noticed after " + report.test + ")";
  }
  *text += unit.created_by.empty() ? "\n" : " by\n";
  if (!unit.created_by.empty())
    AddStack(unit.created_by, report::StackRole::kWhoCreated, unit.origin, verbose, text);
  const std::string others = report::Distinct(group.units, "line", [&unit](const Unit& other) {
    return OtherLine(unit.created_by, other.created_by);
  });
  if (!others.empty()) *text += fmt::format("    and in the same way at {}\n", others);
}

// Adds the place of units. `how` begins the line and says which units.
void AddPlace(std::span<const Unit> units, std::string_view how, bool verbose, std::string* text) {
  const Unit& unit = units.front();
  const bool one = units.size() == 1;
  if (!unit.stack.empty()) {
    *text += fmt::format("    {}\n", how);
    AddStack(unit.stack, report::StackRole::kWhereItIs, unit.origin, verbose, text);
    if (!unit.stack_missing.empty())
      *text += fmt::format("      (outer frames are missing: {})\n", unit.stack_missing);
  } else if (!unit.stack_missing.empty()) {
    *text += fmt::format("    {}: {}\n", one ? "its stack is missing" : "their stacks are missing",
                         unit.stack_missing);
  }
}

// "6 of them are waiting on a condition variable at"
std::string HowSome(std::span<const Unit> units) {
  const std::string detail = report::DistinctDetails(units);
  return fmt::format("{} of them {} {}{}{}, at", units.size(), units.size() == 1 ? "is" : "are",
                     report::Doing(units.front()), detail.empty() ? "" : ": ", detail);
}

void AddWhere(const LeakGroup& group, bool verbose, std::string* text) {
  constexpr std::size_t kMostPlaces = 3;
  const auto places = report::Places(group);
  if (places.size() == 1) {
    AddPlace(places.front(), group.units.size() == 1 ? "it is at" : "each is at", verbose, text);
    return;
  }
  const std::size_t shown = verbose ? places.size() : std::min(places.size(), kMostPlaces);
  for (std::size_t i = 0; i < shown; ++i) AddPlace(places[i], HowSome(places[i]), verbose, text);
  if (shown < places.size()) {
    *text +=
        fmt::format("    and others at {}\n", report::Count(places.size() - shown, "more place"));
  }
}

// Adds the place of the holder of what the group's first unit waits for, unless the report shows
// that anyway.
void AddHolder(const LeakGroup& group, const LeakReport& report, bool verbose, std::string* text) {
  const auto& holder = group.first().held_by;
  if (!holder || holder->stack.empty()) return;
  const auto is_holder = [&holder](const Unit& unit) {
    return unit.kind == UnitKind::kThread && unit.id == holder->id;
  };
  const bool listed =
      std::any_of(report.groups.begin(), report.groups.end(), [&](const LeakGroup& other) {
        return std::any_of(other.units.begin(), other.units.end(), is_holder);
      });
  const bool in_deadlock =
      std::any_of(report.deadlocks.begin(), report.deadlocks.end(), [&](const Deadlock& deadlock) {
        return std::any_of(deadlock.units.begin(), deadlock.units.end(), is_holder);
      });
  if (listed || in_deadlock) return;
  *text += fmt::format("    {} is at\n", report::UnitText("thread", holder->id, holder->name));
  AddStack(holder->stack, report::StackRole::kWhereItIs, /*test=*/"", verbose, text);
}

// Adds the circle edge by edge, each thread or task with its stack. Each waits for what the next
// one holds.
void AddDeadlock(const Deadlock& deadlock, bool verbose, std::string* text) {
  constexpr std::size_t kMostUnits = 8;
  *text += fmt::format("\n{}\n", report::DeadlockTitle(deadlock));
  const std::size_t count = deadlock.units.size();
  const std::size_t shown = verbose ? count : std::min(count, kMostUnits);
  for (std::size_t i = 0; i < shown; ++i) {
    const Unit& unit = deadlock.units[i];
    *text += fmt::format("    {}{}\n", report::DeadlockEdge(deadlock, unit),
                         unit.stack.empty() ? "" : ", at");
    AddStack(unit.stack, report::StackRole::kWhereItIs, unit.origin, verbose, text);
  }
  if (shown < count) {
    const std::string noun = fmt::format("more {}", report::DeadlockNoun(deadlock));
    *text += fmt::format("    and {}\n", report::Count(count - shown, noun));
  }
  *text += fmt::format("    hint: {}\n", report::DeadlockHint(deadlock));
}

void AddDeadlocks(const LeakReport& report, bool verbose, std::string* text) {
  constexpr std::size_t kMost = 5;
  const std::size_t count = report.deadlocks.size();
  const std::size_t shown = verbose ? count : std::min(count, kMost);
  for (std::size_t i = 0; i < shown; ++i) AddDeadlock(report.deadlocks[i], verbose, text);
  if (shown < count) {
    *text += fmt::format("\nand {}; verbose=1 or the JSON report lists them\n",
                         report::Count(count - shown, "more deadlock"));
  }
}

void AddGroup(const LeakGroup& group, std::string_view label, const LeakReport& report,
              bool verbose, std::string* text) {
  AddGroupHeadline(group, label, text);
  AddIdsAndAge(group, text);
  AddCreation(group, report, verbose, text);
  AddWhere(group, verbose, text);
  AddHolder(group, report, verbose, text);
  const bool judged = report.verdict != Verdict::kHang && report.verdict != Verdict::kAlive;
  if (!group.hint.empty() && judged) *text += fmt::format("    hint: {}\n", group.hint);
  if (!group.ignore.empty() && report.verdict != Verdict::kAlive)
    *text += fmt::format("    ignore: {}\n", fmt::join(group.ignore, " | "));
}

// Adds one finding: a group, or threads and the jobs that they run, which are one leak.
void AddFinding(std::span<const LeakGroup> groups, std::size_t number, const LeakReport& report,
                bool verbose, std::string* text) {
  const std::string label = fmt::format("\n[{}]", number);
  if (groups.size() == 1) return AddGroup(groups.front(), label, report, verbose, text);
  std::vector<std::string> parts;
  for (const LeakGroup& group : groups) parts.push_back(UnitsOf(group));
  *text += fmt::format("{} a pool with {}\n", label, fmt::join(parts, " and "));
  for (const LeakGroup& group : groups) AddGroup(group, " ", report, verbose, text);
}

}  // namespace

std::size_t LeakReport::unit_count() const {
  std::size_t count = 0;
  for (const LeakGroup& group : groups) count += group.units.size();
  return count;
}

std::string LeakReport::ToText(bool verbose) const {
  std::string text = report::Headline(*this) + '\n';
  if (const std::string why = report::WhyNotLonger(*this); !why.empty()) text += why + '\n';
  AddDeadlocks(*this, verbose, &text);
  const auto findings = report::Findings(*this);
  const std::size_t shown = verbose ? findings.size() : std::min(findings.size(), kMostGroups);
  for (std::size_t i = 0; i < shown; ++i) AddFinding(findings[i], i + 1, *this, verbose, &text);
  if (shown < findings.size()) {
    text += fmt::format("\nand {}; verbose=1 or the JSON report lists them\n",
                        report::Count(findings.size() - shown, "more group"));
  }
  if (!notes.empty()) text += '\n';
  for (const std::string& note : notes) text += fmt::format("note: {}\n", note);
  return report::Printable(text);
}

}  // namespace taskleak
