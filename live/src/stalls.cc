#include "stalls.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace taskleak::live {

using std::chrono::milliseconds;

StallWatch::StallWatch(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    if (const auto* stall = std::get_if<StallRule>(&rule)) rules_.push_back(*stall);
  }
}

std::optional<milliseconds> StallWatch::interval() const {
  if (rules_.empty()) return std::nullopt;
  return std::ranges::min(rules_, {}, &StallRule::longer_than).longer_than / 4;
}

std::vector<Stall> StallWatch::Glance(const std::vector<internal::TaskTurn>& under_way, Time now) {
  std::map<internal::TurnKey, Seen> seen;
  std::vector<Stall> stalls;
  for (const internal::TaskTurn& turn : under_way) {
    const auto known = seen_.find(turn.key);
    Seen& each = seen[turn.key];
    each = known == seen_.end() ? Seen{now} : known->second;
    if (each.too_long || !IsTooLong(turn, now - each.first)) continue;
    each.too_long = true;
    stalls.push_back({turn, std::chrono::duration_cast<milliseconds>(now - each.first)});
  }
  seen_ = std::move(seen);
  return stalls;
}

std::size_t StallWatch::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(seen_, [](const auto& each) { return each.second.too_long; }));
}

bool StallWatch::IsTooLong(const internal::TaskTurn& turn,
                           std::chrono::steady_clock::duration time) const {
  return std::ranges::any_of(rules_, [&](const StallRule& rule) {
    return time > rule.longer_than &&
           std::ranges::find(rule.except, turn.name) == rule.except.end();
  });
}

}  // namespace taskleak::live
