// A rule against a complete unit.
#ifndef TASKLEAK_SRC_RULES_RULE_MATCH_H_
#define TASKLEAK_SRC_RULES_RULE_MATCH_H_

#include <functional>
#include <string_view>

#include "rules/pattern.h"
#include "rules/unit_view.h"
#include "taskleak/ignore.h"

namespace taskleak::rules {

/// Returns whether a pattern for functions matches: the plain name, and if it spells out parameters
/// or template arguments the full name too. No pattern matches a function without a name.
bool FunctionMatches(const Pattern& pattern, std::string_view plain_name,
                     std::string_view full_name);

/// Gets a text that patterns are compared with, and for functions their full names beside it.
using TextUser = std::function<bool(std::string_view text, std::string_view full_name)>;

/// Calls `use` with a function's plain name, and if that leaves out what a macro made up, with the
/// name as it is in this build too, until it returns true. Returns whether it did.
bool AnyName(std::string_view plain_name, std::string_view full_name, const TextUser& use);

/// Calls `use` with each text of the unit that patterns of rules of that kind are compared with,
/// and for functions with their full names beside, until it returns true. Returns whether it did.
bool AnyText(IgnoreRule::Kind kind, const UnitView& view, const TextUser& use);

/// Returns whether the rule matches; never for kCurrent, which goes by identities.
bool RuleMatches(const IgnoreRule& rule, const UnitView& view);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_RULE_MATCH_H_
