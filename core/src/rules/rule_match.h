// Compares a rule with a complete unit.
#ifndef TASKLEAK_SRC_RULES_RULE_MATCH_H_
#define TASKLEAK_SRC_RULES_RULE_MATCH_H_

#include <functional>
#include <string_view>

#include "rules/pattern.h"
#include "rules/unit_view.h"
#include "taskleak/ignore.h"

namespace taskleak::rules {

/// Returns whether a pattern for functions matches the plain name or, if the pattern spells out
/// parameters or template arguments, the full name. No pattern matches a function without a name.
bool FunctionMatches(const Pattern& pattern, std::string_view plain_name,
                     std::string_view full_name);

/// Receives a text to compare with patterns and, for functions, the full name as well.
using TextUser = std::function<bool(std::string_view text, std::string_view full_name)>;

/// Calls `use` with a function's plain name, until it returns true. If that name leaves out a part
/// that a macro generated, calls it with the name as it is in this build too. Returns whether `use`
/// returned true.
bool AnyName(std::string_view plain_name, std::string_view full_name, const TextUser& use);

/// Calls `use` with each text of the unit that rules of that kind are compared with, and with the
/// full names of functions, until it returns true. Returns whether it did.
bool AnyText(IgnoreRule::Kind kind, const UnitView& view, const TextUser& use);

/// Returns whether the rule matches. Returns false for kCurrent, which compares identities.
bool RuleMatches(const IgnoreRule& rule, const UnitView& view);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_RULE_MATCH_H_
