#include "explain/group.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "rules/rule_index.h"
#include "symbolize/generated_name.h"
#include "symbolize/own_code.h"
#include "taskleak/ignore.h"
#include "taskleak/internal/frame_code.h"

namespace taskleak::explain {
namespace {

using Findings = std::vector<Finding*>;  // a finding is large

// A line of code, or an address if lines are not known.
using Line = internal::FrameCode;

// Returns the lines of a stack that are not in the runtime. So the creator is the same whether or
// not std::vector has to grow when a thread is put in, even if that code is inlined.
std::vector<Line> CreatorLines(const Stack& stack) {
  std::vector<Line> lines;
  for (const Frame& frame : stack) {
    if (frame.runtime) continue;
    lines.emplace_back(frame.function, frame.file, frame.line, frame.line == 0 ? frame.address : 0);
  }
  return lines;
}

std::vector<Line> PlaceLines(const Stack& stack) {
  std::vector<Line> lines;
  for (const Frame& frame : stack) lines.push_back(internal::CodeOf(frame));
  return lines;
}

// Numbers stacks: those with the same lines have the same number.
class Numbers {
 public:
  explicit Numbers(std::vector<Line> (*lines)(const Stack&)) : lines_(lines) {}

  std::size_t operator[](const Stack& stack) {
    const auto [known, is_new] = by_frames_.try_emplace(stack.begin());
    if (is_new)
      known->second = by_lines_.try_emplace(lines_(stack), by_lines_.size()).first->second;
    return known->second;
  }

 private:
  std::vector<Line> (*const lines_)(const Stack&);
  std::map<const Frame*, std::size_t> by_frames_;  // equal stacks share their frames
  std::map<std::vector<Line>, std::size_t> by_lines_;
};

// The stacks of all findings.
struct Stacks {
  Numbers creators = Numbers(CreatorLines);
  Numbers places = Numbers(PlaceLines);
};

// Returns a key for the place where a unit is. A thread that runs is at one of several instructions
// of its lines, which are one place. Units without a stack are distinguished by name and by why the
// stack is missing.
auto Place(const FoundUnit& found, Stacks& stacks) {
  const Unit& unit = found.unit;
  const bool readable = !unit.stack.empty();
  return std::make_tuple(unit.state, stacks.places[unit.stack],
                         readable ? std::string() : unit.name,
                         readable ? platform::Missing() : found.missing);
}

// Returns what the units of a group descend from. An origin that only says when a unit was created
// does not divide groups.
std::string Descent(const FoundUnit& found) {
  return found.origin_is_when ? std::string() : found.unit.origin;
}

// Clears the origin of units that were created at different times.
void LeaveOutWhatDiffers(const Findings& same) {
  const auto differs = [&same](const Finding* each) {
    return each->unit.origin != same.front()->unit.origin;
  };
  if (std::ranges::none_of(same, differs)) return;
  for (Finding* const each : same) each->unit.origin.clear();
}

// Returns the key of a unit's group. Units that one piece of code created are one finding, wherever
// they are. Without a creator, the place is what units have in common. For processes, the name and
// whether they have ended count too.
auto Key(const FoundUnit& found, Stacks& stacks) {
  const Unit& unit = found.unit;
  const bool by_place = unit.created_by.empty() || unit.kind == UnitKind::kProcess;
  return std::make_tuple(unit.kind, stacks.creators[unit.created_by], Descent(found),
                         by_place ? Place(found, stacks) : decltype(Place(found, stacks))());
}

// Puts units at the same place side by side, the most frequent place first.
void SortByPlace(Findings& findings, Stacks& stacks) {
  std::map<decltype(Place(*findings.front(), stacks)), Findings> by_place;
  for (Finding* const finding : findings) by_place[Place(*finding, stacks)].push_back(finding);
  std::vector<const Findings*> places;
  places.reserve(by_place.size());
  for (auto& [place, same] : by_place) places.push_back(&same);
  std::stable_sort(places.begin(), places.end(),
                   [](const auto* a, const auto* b) { return a->size() > b->size(); });
  findings.clear();
  for (const Findings* const same : places)
    findings.insert(findings.end(), same->begin(), same->end());
}

// Returns "worker-*" for worker-1 and worker-17. Returns an empty text if the names have no
// meaningful beginning in common.
std::string CommonNamePattern(const std::vector<FoundUnit>& units) {
  const std::string& first = units.front().unit.name;
  std::size_t common = first.size();
  bool same = true;
  for (const FoundUnit& each : units) {
    const std::string& name = each.unit.name;
    same = same && name == first;
    const auto [mine, other] = std::mismatch(first.begin(), first.end(), name.begin(), name.end());
    common = std::min(common, static_cast<std::size_t>(mine - first.begin()));
  }
  constexpr std::size_t kShortestBeginning = 3;
  if (same) return first;
  return common < kShortestBeginning ? std::string() : first.substr(0, common) + "*";
}

bool IsOfGeneratedTest(const symbolize::ResolvedStack& stack) {
  return std::ranges::any_of(stack.plain_names, [](const std::string& name) {
    return symbolize::WithinGeneratedTest(name).data() != nullptr;
  });
}

// Returns whether a rule with this text matches the text itself: some names would be regular
// expressions.
bool CanBePattern(std::string_view text) {
  return !text.starts_with("re:") && text.find('\n') == std::string_view::npos;
}

// Returns a rule with a function by which the group is known: of the code that created it or, if
// that is unknown, of the code that it runs. This is never a function of a library for threads,
// which other groups have in common. If it would be a test case's function with a name that a macro
// generated, the rule has the test case instead.
std::string FunctionLine(const Finding& first) {
  if (const std::string creator = symbolize::OwnFunction(*first.created_by); !creator.empty())
    return "created_by:" + creator;
  const std::string& origin = first.unit.origin;
  if (IsOfGeneratedTest(*first.created_by) && !origin.empty() && CanBePattern(origin))
    return "origin:" + origin;
  const std::string function = symbolize::OwnFunction(*first.stack);
  if (function.empty()) return {};
  const auto top = symbolize::TopFrame(*first.stack);
  const bool is_top = top && first.stack->plain_names[*top] == function;
  return (is_top ? "top_function:" : "function:") + function;
}

std::string_view NameRule(UnitKind kind) {
  switch (kind) {
    case UnitKind::kTask:
      return "task_name:";
    case UnitKind::kProcess:
      return "process:";
    default:
      return "thread_name:";
  }
}

// Returns the rules that ignore the group, the signature last.
std::vector<std::string> IgnoreLines(const Finding& first, const std::vector<FoundUnit>& units,
                                     const std::string& program_name) {
  std::vector<std::string> lines;
  const std::string name = CommonNamePattern(units);
  // A thread without a name of its own has the program's name. So does a process that has executed
  // no other program. A rule for that name would silence every such unit. Fibers have no names at
  // all.
  const bool generated = symbolize::WithinGeneratedTest(name).data() != nullptr;  // of a coroutine
  if (!name.empty() && CanBePattern(name) && first.unit.name != program_name && !first.is_fiber &&
      !generated)
    lines.push_back(std::string(NameRule(first.unit.kind)) + name);
  if (std::string line = FunctionLine(first); !line.empty()) lines.push_back(std::move(line));
  lines.push_back("signature:" + first.signatures.now);
  return lines;
}

// A group, what it was made of, and which jobs its threads have run.
struct Grouped {
  FoundGroup group;
  Findings findings;
  std::set<std::string> jobs;
};

// Drops lines, except signatures, that match another group as well: a line is meant for its group
// alone.
void DropSharedLines(std::vector<Grouped>& groups) {
  rules::RuleIndex rules;
  std::vector<std::pair<std::size_t, std::string>> lines;  // of which group
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::vector<std::string>& ignore = groups[i].group.ignore;
    for (std::size_t line = 0; line + 1 < ignore.size(); ++line) {
      rules.Add(IgnoreRule::Parse(ignore[line]));
      lines.emplace_back(i, ignore[line]);
    }
  }
  std::set<std::size_t> shared;
  for (std::size_t i = 0; i < groups.size() && !rules.empty(); ++i) {
    for (const Finding* const finding : groups[i].findings) {
      rules.FindAll(finding->view(), [&](std::size_t rule) {
        if (lines[rule].first != i) shared.insert(rule);
      });
    }
  }
  for (const std::size_t rule : shared)
    std::erase(groups[lines[rule].first].group.ignore, lines[rule].second);
}

bool IsBefore(const Grouped& a, const Grouped& b) {
  const auto key = [](const FoundGroup& group) {
    return std::make_tuple(-static_cast<long>(group.units.size()), std::cref(group.first().name),
                           std::cref(group.signature));
  };
  return key(a.group) < key(b.group);
}

// Puts each group of jobs behind the first group of threads that have run such jobs: a pool.
std::vector<FoundGroup> JoinPools(std::vector<Grouped> all) {
  std::map<std::string, std::string> pools;  // signatures, by the name of their jobs
  for (const Grouped& each : all) {
    for (const std::string& job : each.jobs) pools.try_emplace(job, each.group.signature);
  }
  std::multimap<std::string, FoundGroup> parts;  // by the signature of their pool
  std::vector<FoundGroup> groups;
  for (Grouped& each : all) {
    const Unit& first = each.group.first();
    const auto pool = first.kind == UnitKind::kTask ? pools.find(first.name) : pools.end();
    if (pool == pools.end()) {
      groups.push_back(std::move(each.group));
    } else {
      each.group.part_of = pool->second;
      parts.emplace(pool->second, std::move(each.group));
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto [from, to] = parts.equal_range(groups[i].signature);
    std::vector<FoundGroup> jobs;
    for (auto part = from; part != to; ++part) jobs.push_back(std::move(part->second));
    parts.erase(from, to);
    groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
  }
  return groups;
}

}  // namespace

namespace {

// Divides the findings by the code that created them. Those that one function created in several of
// its lines are one leak too, if they have the same signature.
std::vector<Findings> Alike(std::vector<Finding>& findings) {
  Stacks stacks;
  std::map<decltype(Key(findings.front(), stacks)), Findings> by_key;
  for (Finding& finding : findings) by_key[Key(finding, stacks)].push_back(&finding);
  std::vector<Findings> all;
  std::map<std::tuple<UnitKind, std::string, std::string>, std::size_t> by_signature;
  for (auto& [key, same] : by_key) {
    SortByPlace(same, stacks);
    const Finding& first = *same.front();
    std::size_t number = all.size();
    if (!first.unit.created_by.empty() && first.unit.kind != UnitKind::kProcess) {
      number =
          by_signature.try_emplace({first.unit.kind, Descent(first), first.signatures.now}, number)
              .first->second;
    }
    if (number == all.size()) {
      all.push_back(std::move(same));
    } else {
      all[number].insert(all[number].end(), same.begin(), same.end());
      SortByPlace(all[number], stacks);
    }
  }
  return all;
}

}  // namespace

std::vector<FoundGroup> Group(std::vector<Finding> findings, const Surroundings& surroundings) {
  std::vector<Grouped> groups;
  for (Findings& same : Alike(findings)) {
    auto& [group, of, jobs] = groups.emplace_back();
    of = std::move(same);
    LeaveOutWhatDiffers(of);
    const Finding& first = *of.front();
    group.signature = first.signatures.now;
    group.former_signature = first.signatures.former;
    group.units.reserve(of.size());
    for (const Finding* const finding : of) {
      group.units.push_back(*finding);
      group.deadlock = group.deadlock || finding->in_circle;
      if (!finding->last_job.empty()) jobs.insert(finding->last_job);
    }
    group.ignore = IgnoreLines(first, group.units, surroundings.program_name);
    if (!group.deadlock) group.hint = FindHint(of, surroundings.live_threads == of.size());
  }
  DropSharedLines(groups);
  std::sort(groups.begin(), groups.end(), IsBefore);
  return JoinPools(std::move(groups));
}

}  // namespace taskleak::explain
