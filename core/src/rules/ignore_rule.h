// What an IgnoreRule holds.
#ifndef TASKLEAK_SRC_RULES_IGNORE_RULE_H_
#define TASKLEAK_SRC_RULES_IGNORE_RULE_H_

#include <functional>
#include <optional>
#include <string>

#include "rules/pattern.h"
#include "taskleak/ignore.h"

namespace taskleak {

struct IgnoreRule::Data {
  Kind kind;
  std::optional<rules::Pattern> pattern;       // all kinds except the last two
  Snapshot current;                            // kCurrent
  std::function<bool(const Unit&)> predicate;  // kPredicate
  std::string description;                     // kPredicate
};

}  // namespace taskleak

#endif  // TASKLEAK_SRC_RULES_IGNORE_RULE_H_
