#include "check/suppression_round.h"

#include <fmt/format.h>

#include <algorithm>

#include "check/rule_match.h"

namespace taskleak::check {

SuppressionRound::SuppressionRound(const std::vector<FileRule>& rules, std::string_view test) {
  for (const FileRule& rule : rules) {
    if (!rule.suppression.test || rule.suppression.test->Matches(test))
      matches_.push_back({&rule, {}});
  }
}

void SuppressionRound::Add(const Finding& finding) {
  for (Match& match : matches_) {
    if (RuleMatches(match.rule->suppression.rule, finding))
      match.units.emplace(finding.unit.kind, finding.unit.id);
  }
}

bool SuppressionRound::Match::Hides() const {
  const auto& max = rule->suppression.max;
  return !rule->use->expired && (!max || units.size() <= *max);
}

bool SuppressionRound::Hides(const Key& key) const {
  return std::any_of(matches_.begin(), matches_.end(), [&key](const Match& match) {
    return match.Hides() && match.units.contains(key);
  });
}

bool SuppressionRound::Hides(const Straggler& straggler) const {
  if (straggler.task != 0) return Hides(Key(UnitKind::kTask, straggler.task));
  return Hides(Key(straggler.unjoined != 0 ? UnitKind::kUnjoinedThread : UnitKind::kThread,
                   straggler.id.tid));
}

bool SuppressionRound::Hides(const Unit& unit) const { return Hides(Key(unit.kind, unit.id)); }

std::vector<std::string> SuppressionRound::CountUse() const {
  std::vector<std::string> remarks;
  for (const Match& match : matches_) {
    if (match.units.empty()) continue;
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

}  // namespace taskleak::check
