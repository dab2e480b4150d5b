#include "check/group.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace taskleak::check {
namespace {

// Shared frames stand for equal stacks. Units without a stack go by name and by why it is missing.
auto Key(const Unit& unit) {
  const bool readable = !unit.stack.empty();
  return std::make_tuple(unit.kind, unit.state, unit.stack.begin(), unit.created_by.begin(),
                         readable ? std::string() : unit.name,
                         readable ? std::string() : unit.stack_missing);
}

// "worker-*" for worker-1 and worker-17; empty when the names have no beginning in common that says
// anything.
std::string CommonNamePattern(const std::vector<Unit>& units) {
  const std::string& first = units.front().name;
  std::size_t common = first.size();
  bool same = true;
  for (const Unit& unit : units) {
    same = same && unit.name == first;
    const auto [mine, other] =
        std::mismatch(first.begin(), first.end(), unit.name.begin(), unit.name.end());
    common = std::min(common, static_cast<std::size_t>(mine - first.begin()));
  }
  constexpr std::size_t kShortestBeginning = 3;
  if (same) return first;
  return common < kShortestBeginning ? std::string() : first.substr(0, common) + "*";
}

std::vector<std::string> IgnoreLines(const Finding& first, const std::vector<Unit>& units,
                                     const std::string& program_name) {
  std::vector<std::string> lines;
  const std::string name = CommonNamePattern(units);
  // A thread nobody named carries the program's name: a rule for that would silence every such
  // thread.
  if (!name.empty() && first.unit.name != program_name) lines.push_back("thread_name:" + name);
  if (!first.creator.empty()) lines.push_back("created_by:" + first.creator);
  if (first.creator.empty() && !first.top_function.empty())
    lines.push_back("top_function:" + first.top_function);
  lines.push_back("signature:" + first.signature);
  return lines;
}

}  // namespace

std::vector<LeakGroup> Group(std::vector<Finding> findings, const std::string& program_name) {
  std::map<decltype(Key(std::declval<Unit>())), std::vector<Finding>> by_key;
  for (Finding& finding : findings) {
    auto& same = by_key[Key(finding.unit)];
    same.push_back(std::move(finding));
  }
  std::vector<LeakGroup> groups;
  for (auto& [key, same] : by_key) {
    LeakGroup group;
    group.signature = same.front().signature;
    for (const Finding& finding : same) group.units.push_back(finding.unit);
    group.ignore = IgnoreLines(same.front(), group.units, program_name);
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const LeakGroup& a, const LeakGroup& b) {
    const auto key = [](const LeakGroup& group) {
      return std::make_tuple(-static_cast<long>(group.units.size()), std::cref(group.first().name),
                             std::cref(group.signature));
    };
    return key(a) < key(b);
  });
  return groups;
}

}  // namespace taskleak::check
