#include "rules/suppression_round.h"

#include <fmt/format.h>

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

std::vector<std::string> SuppressionRound::CountUse() const {
  std::vector<std::string> remarks;
  for (const auto& [number, match] : matches_) {
    SuppressionUse& use = *match.rule->use;
    use.used += match.units.size();
    const Suppression& suppression = match.rule->suppression;
    if (use.expired) {
      remarks.push_back(fmt::format("{}:{}: expired on {} and hides nothing: {}", use.path,
                                    use.line, ToString(*suppression.expires), use.text));
    } else if (!match.Hides()) {
      remarks.push_back(fmt::format("{}:{}: there are {} and it allows {}: {}", use.path, use.line,
                                    match.units.size(), *suppression.max, use.text));
    }
  }
  return remarks;
}

}  // namespace taskleak::rules
