#include "rules/suppression_round.h"

#include <algorithm>

namespace taskleak::rules {

SuppressionRound::SuppressionRound(const FileRules& rules, std::string_view test,
                                   HiddenUnits& hidden)
    : rules_(rules), test_(test), hidden_(hidden) {}

void SuppressionRound::Add(const UnitView& view) {
  rules_.index().FindAll(view, [this, &view](std::size_t number) {
    const FileRule& rule = rules_.rules()[number];
    const auto& test = rule.suppression.test;
    if (test && !test->Matches(test_)) return;
    const Key unit(view.unit.kind, view.unit.id);
    const std::set<Key>& hidden = hidden_[number];
    if (hidden.contains(unit)) return;
    matches_.try_emplace(number, Match{&rule, hidden.size(), {}}).first->second.units.insert(unit);
  });
}

bool SuppressionRound::Match::Hides() const {
  const auto& max = rule->suppression.max;
  return !rule->use->expired && (!max || count() <= *max);
}

bool SuppressionRound::Hides(UnitKind kind, std::int64_t id) const {
  const Key unit(kind, id);
  return std::ranges::any_of(hidden_, [&](const auto& of) { return of.second.contains(unit); }) ||
         std::ranges::any_of(matches_, [&](const auto& match) {
           return match.second.Hides() && match.second.units.contains(unit);
         });
}

std::vector<SuppressionRemark> SuppressionRound::CountUse() {
  std::vector<SuppressionRemark> remarks;
  for (const auto& [number, match] : matches_) {
    SuppressionUse& use = *match.rule->use;
    const Suppression& suppression = match.rule->suppression;
    use.used += match.units.size();
    if (match.Hides()) {
      hidden_[number].insert(match.units.begin(), match.units.end());
      continue;
    }
    remarks.push_back({use.path, use.line, use.text,
                       use.expired ? suppression.expires : std::nullopt, match.count(),
                       suppression.max.value_or(0)});
  }
  return remarks;
}

}  // namespace taskleak::rules
