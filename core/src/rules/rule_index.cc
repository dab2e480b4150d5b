#include "rules/rule_index.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/ignore_rule.h"
#include "rules/rule_match.h"

namespace taskleak::rules {
namespace {

using Kind = IgnoreRule::Kind;

// The kinds with a pattern that is compared with texts of a unit (AnyText).
constexpr std::array kLookedUp = {
    Kind::kThreadName, Kind::kTaskName,  Kind::kTopFunction, Kind::kFunction, Kind::kCreatedBy,
    Kind::kModule,     Kind::kSignature, Kind::kOrigin,      Kind::kProcess,  Kind::kDescriptor};

// Returns a text that is in every text that the rule matches. Returns an empty text if there is
// none, or if the rule has other conditions.
std::string_view Literal(const IgnoreRule& rule) {
  const IgnoreRule::Data& data = rule.data();
  if (std::ranges::find(kLookedUp, data.kind) == kLookedUp.end()) return {};
  // Functions with parameters are compared with full names too.
  return data.pattern->spells_parameters() ? std::string_view() : data.pattern->Literal();
}

}  // namespace

void RuleIndex::Add(const IgnoreRule& rule) {
  const std::size_t number = size_++;
  const std::string_view literal = Literal(rule);
  if (literal.empty()) return asked_.push_back({number, rule});
  LookedUp& rules = looked_up_[rule.kind()];
  const Pattern& pattern = *rule.data().pattern;
  if (pattern.IsPlain()) return rules.by_text[pattern.text()].push_back(number);
  rules.by_literal.Add(literal, number);
  globs_.emplace(number, rule);
}

template <typename Found>
void RuleIndex::LookUp(const UnitView& view, Found found) const {
  for (const auto& [kind, rules] : looked_up_) {
    AnyText(kind, view, [&, &same_kind = rules](std::string_view text, std::string_view) {
      if (const auto same = same_kind.by_text.find(text); same != same_kind.by_text.end())
        std::ranges::for_each(same->second, found);
      same_kind.by_literal.Find(text, [&](std::size_t number) {
        if (globs_.at(number).data().pattern->Matches(text)) found(number);
      });
      return false;
    });
  }
}

std::optional<std::size_t> RuleIndex::FindFirst(const UnitView& view) const {
  std::size_t first = size_;
  LookUp(view, [&first](std::size_t number) { first = std::min(first, number); });
  for (const Asked& asked : asked_) {
    if (asked.number > first) break;
    if (RuleMatches(asked.rule, view)) first = asked.number;
  }
  return first == size_ ? std::nullopt : std::optional(first);
}

void RuleIndex::FindAll(const UnitView& view, const std::function<void(std::size_t)>& found) const {
  Numbers all;
  LookUp(view, [&all](std::size_t number) { all.push_back(number); });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const std::size_t number : all) found(number);
  for (const Asked& asked : asked_) {
    if (RuleMatches(asked.rule, view)) found(asked.number);
  }
}

}  // namespace taskleak::rules
