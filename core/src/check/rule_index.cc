#include "check/rule_index.h"

#include <algorithm>
#include <utility>

#include "check/ignore_rule.h"
#include "check/rule_match.h"

namespace taskleak::check {
namespace {

using Kind = IgnoreRule::Kind;

// Kinds whose pattern is compared with texts of a unit, as AnyText has them.
constexpr std::array kLookedUp = {Kind::kThreadName, Kind::kTaskName,  Kind::kTopFunction,
                                  Kind::kFunction,   Kind::kCreatedBy, Kind::kModule,
                                  Kind::kSignature,  Kind::kOrigin};

bool CanBeLookedUp(const IgnoreRule& rule) {
  const IgnoreRule::Data& data = rule.data();
  if (std::ranges::find(kLookedUp, data.kind) == kLookedUp.end()) return false;
  // Functions with parameters are compared with full names too.
  return data.pattern->IsPlain() && !data.pattern->spells_parameters();
}

}  // namespace

void RuleIndex::Add(const IgnoreRule& rule) {
  const std::size_t number = size_++;
  if (CanBeLookedUp(rule)) {
    by_text_.at(static_cast<std::size_t>(rule.kind()))[rule.data().pattern->text()].push_back(
        number);
  } else {
    asked_.push_back({number, rule});
  }
}

template <typename Look>
void RuleIndex::LookUp(const Finding& finding, Look look) const {
  for (const Kind kind : kLookedUp) {
    const ByText& rules = by_text_.at(static_cast<std::size_t>(kind));
    if (rules.empty()) continue;
    AnyText(kind, finding, [&rules, &look](std::string_view text, std::string_view) {
      if (const auto found = rules.find(text); found != rules.end()) look(found->second);
      return false;
    });
  }
}

std::optional<std::size_t> RuleIndex::FindFirst(const Finding& finding) const {
  std::size_t first = size_;
  LookUp(finding, [&first](const Numbers& numbers) { first = std::min(first, numbers.front()); });
  for (const Asked& asked : asked_) {
    if (asked.number > first) break;
    if (RuleMatches(asked.rule, finding)) first = asked.number;
  }
  return first == size_ ? std::nullopt : std::optional(first);
}

void RuleIndex::FindAll(const Finding& finding,
                        const std::function<void(std::size_t)>& found) const {
  Numbers all;
  LookUp(finding,
         [&all](const Numbers& numbers) { all.insert(all.end(), numbers.begin(), numbers.end()); });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const std::size_t number : all) found(number);
  for (const Asked& asked : asked_) {
    if (RuleMatches(asked.rule, finding)) found(asked.number);
  }
}

}  // namespace taskleak::check
