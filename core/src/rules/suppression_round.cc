#include "rules/suppression_round.h"

#include <algorithm>

namespace taskleak::rules {

SuppressionRound::SuppressionRound(const FileRules& rules, std::string_view test)
    : rules_(rules), test_(test) {}

void SuppressionRound::Add(const UnitView& view) {
  rules_.index().FindAll(view, [this, &view](std::size_t number) {
    const FileRule& rule = rules_.rules()[number];
    const auto& test = rule.suppression.test;
    if (test && !test->Matches(test_)) return;
    matches_.try_emplace(number, Match{&rule, {}})
        .first->second.units.emplace(view.unit.kind, view.unit.id);
  });
}

bool SuppressionRound::Match::Hides() const {
  const auto& max = rule->suppression.max;
  return !rule->use->expired && (!max || units.size() <= *max);
}

bool SuppressionRound::Hides(UnitKind kind, std::int64_t id) const {
  return std::any_of(matches_.begin(), matches_.end(), [&](const auto& match) {
    return match.second.Hides() && match.second.units.contains({kind, id});
  });
}

std::vector<SuppressionRemark> SuppressionRound::CountUse() const {
  std::vector<SuppressionRemark> remarks;
  for (const auto& [number, match] : matches_) {
    SuppressionUse& use = *match.rule->use;
    const Suppression& suppression = match.rule->suppression;
    use.used += match.units.size();
    if (match.Hides()) continue;
    remarks.push_back({use.path, use.line, use.text,
                       use.expired ? suppression.expires : std::nullopt, match.units.size(),
                       suppression.max.value_or(0)});
  }
  return remarks;
}

}  // namespace taskleak::rules
