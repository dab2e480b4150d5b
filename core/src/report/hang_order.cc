#include "report/hang_order.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "report/wording.h"

namespace taskleak::report {
namespace {

bool Is(const Unit& unit, std::int64_t thread) {
  return unit.kind == UnitKind::kThread && unit.id == thread;
}

const Unit* FindThread(const LeakReport& report, std::int64_t thread) {
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (Is(unit, thread)) return &unit;
    }
  }
  return nullptr;
}

// Returns the thread, the one that it waits for, and so on, once each.
std::vector<std::int64_t> Chain(const LeakReport& report, std::int64_t thread) {
  std::vector<std::int64_t> chain;
  for (;;) {
    const Unit* const unit = FindThread(report, thread);
    if (unit == nullptr || std::ranges::find(chain, thread) != chain.end()) return chain;
    chain.push_back(thread);
    if (!unit->held_by) return chain;
    thread = unit->held_by->id;
  }
}

// Returns the place in the chain of the first thread of it that the groups hold, or its length.
std::ptrdiff_t PlaceIn(const std::vector<std::int64_t>& chain,
                       const std::vector<LeakGroup>& groups) {
  const auto first = std::ranges::find_if(chain, [&groups](std::int64_t thread) {
    return std::ranges::any_of(groups, [thread](const LeakGroup& group) {
      return std::ranges::any_of(group.units,
                                 [thread](const Unit& unit) { return Is(unit, thread); });
    });
  });
  return first - chain.begin();
}

}  // namespace

void PutWaitersFirst(LeakReport& report, std::int64_t test_thread) {
  const std::vector<std::int64_t> chain = Chain(report, test_thread);
  std::vector<std::pair<std::ptrdiff_t, std::vector<LeakGroup>>> findings;  // a pool stays together
  for (const std::span<const LeakGroup> groups : Findings(report)) {
    std::vector<LeakGroup> finding(groups.begin(), groups.end());
    const std::ptrdiff_t place = PlaceIn(chain, finding);
    findings.emplace_back(place, std::move(finding));
  }
  std::ranges::stable_sort(findings, {}, [](const auto& finding) { return finding.first; });
  report.groups.clear();
  for (auto& [place, groups] : findings)
    std::move(groups.begin(), groups.end(), std::back_inserter(report.groups));
}

}  // namespace taskleak::report
