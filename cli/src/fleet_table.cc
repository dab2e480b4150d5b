#include "fleet_table.h"

#include <algorithm>
#include <utility>

#include "symbolize/function_name.h"

namespace taskleak::cli {
namespace {

constexpr std::size_t kMostNames = 4;

const Frame* FirstNamed(const Stack& stack) {
  const Frame* const found = std::find_if(stack.begin(), stack.end(), [](const Frame& frame) {
    return !frame.runtime && !frame.function.empty();
  });
  return found == stack.end() ? nullptr : found;
}

// Threads that ended unjoined count too: they stay until another thread joins them.
bool IsBlocked(const Unit& unit) {
  return unit.kind == UnitKind::kUnjoinedThread ||
         (unit.state != WaitState::kRunning && unit.state != WaitState::kQueued);
}

}  // namespace

void FleetTable::BeginProcess(std::string process) {
  process_ = std::move(process);
  ++processes_;
}

void FleetTable::Add(const Unit& unit, std::size_t count) {
  if (unit.kind == UnitKind::kProcess || unit.kind == UnitKind::kDescriptor)
    return;  // profiles do not have them either
  units_ += count;
  if (!IsBlocked(unit) || count == 0) return;
  const Frame* frame = FirstNamed(unit.created_by);
  const bool is_creator = frame != nullptr;
  if (!is_creator) frame = FirstNamed(unit.stack);
  std::string function = frame == nullptr ? "" : symbolize::PlainName(frame->function);
  Counted& counted = sites_[{unit.kind, is_creator, function}];
  FleetSite& site = counted.site;
  if (site.processes == 0) {
    site.kind = unit.kind;
    site.is_creator = is_creator;
    site.function = std::move(function);
  }
  if (counted.last_process != processes_) {
    counted.last_process = processes_;
    counted.in_last_process = 0;
    ++site.processes;
  }
  counted.in_last_process += count;
  site.blocked += count;
  site.states[unit.state] += count;
  if (!unit.name.empty() && site.names.size() < kMostNames) site.names.insert(unit.name);
  if (counted.in_last_process > site.most) {
    site.most = counted.in_last_process;
    site.most_in = process_;
  }
  if (count <= counted.at_one_place) return;
  counted.at_one_place = count;
  site.created_by = unit.created_by;
  site.stack = unit.stack;
  if (frame == nullptr) return;
  site.file = frame->file;
  site.line = frame->line;
}

std::vector<const FleetSite*> FleetTable::Ranked(FleetOrder order) const {
  std::vector<const FleetSite*> ranked;
  for (const auto& [key, counted] : sites_) ranked.push_back(&counted.site);
  const auto weight = [order](const FleetSite* site) {
    const bool by_blocked = order == FleetOrder::kByBlocked;
    return by_blocked ? std::pair(site->blocked, site->processes)
                      : std::pair(site->processes, site->blocked);
  };
  std::ranges::stable_sort(ranked, std::ranges::greater(), weight);
  return ranked;
}

}  // namespace taskleak::cli
