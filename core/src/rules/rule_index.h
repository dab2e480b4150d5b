// Finds matching rules among many by the names in a unit, instead of asking them one by one.
#ifndef TASKLEAK_SRC_RULES_RULE_INDEX_H_
#define TASKLEAK_SRC_RULES_RULE_INDEX_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/literal_finder.h"
#include "rules/unit_view.h"
#include "taskleak/ignore.h"

namespace taskleak::rules {

/// Looks up rules with a plain text by that text, and globs by a text that they contain. Evaluates
/// all other rules one by one. Immutable once filled, and then thread-safe.
class RuleIndex {
 public:
  /// Adds a rule. Its number is the number of rules that were added before.
  void Add(const IgnoreRule& rule);

  /// Returns the first rule that matches.
  [[nodiscard]] std::optional<std::size_t> FindFirst(const UnitView& view) const;
  /// Calls `found` with the number of each rule that matches, once, in no particular order.
  void FindAll(const UnitView& view, const std::function<void(std::size_t)>& found) const;

  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Numbers = std::vector<std::size_t>;
  // The rules of one kind.
  struct LookedUp {
    std::unordered_map<std::string, Numbers, Hash, std::equal_to<>> by_text;
    LiteralFinder by_literal;
  };
  struct Asked {
    std::size_t number;
    IgnoreRule rule;
  };

  // Calls `found` with the numbers of rules that are looked up and match. A number may come twice.
  template <typename Found>
  void LookUp(const UnitView& view, Found found) const;

  std::size_t size_ = 0;
  std::map<IgnoreRule::Kind, LookedUp> looked_up_;     // most checks have none
  std::unordered_map<std::size_t, IgnoreRule> globs_;  // those with a glob, by number
  std::vector<Asked> asked_;                           // by ascending number
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_RULE_INDEX_H_
