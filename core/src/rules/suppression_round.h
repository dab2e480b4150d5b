// Evaluates rules of suppression files that depend on more than one unit: on the test, and on the
// number of matching units.
#ifndef TASKLEAK_SRC_RULES_SUPPRESSION_ROUND_H_
#define TASKLEAK_SRC_RULES_SUPPRESSION_ROUND_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule_index.h"
#include "rules/suppression.h"
#include "rules/suppression_use.h"
#include "rules/unit_view.h"

namespace taskleak::rules {

/// A line of a suppression file.
struct FileRule {
  Suppression suppression;
  SuppressionUse* use;
};

/// Lines that are checked together. Immutable once filled.
class FileRules {
 public:
  void Add(FileRule rule) {
    index_.Add(rule.suppression.rule);
    rules_.push_back(std::move(rule));
  }
  [[nodiscard]] bool empty() const { return rules_.empty(); }
  [[nodiscard]] const std::vector<FileRule>& rules() const { return rules_; }
  [[nodiscard]] const RuleIndex& index() const { return index_; }

 private:
  std::vector<FileRule> rules_;
  RuleIndex index_;  // the same numbers
};

/// A rule that would have hidden units, and why it hides none.
struct SuppressionRemark {
  std::string path;  ///< of its file
  int line = 0;
  std::string text;
  std::optional<Date> expired;  ///< when it expired; else there are more units than it allows
  std::size_t units = 0;        ///< number of units that it matches
  std::size_t max = 0;          ///< number of units that it allows
};

/// The units that the rules have hidden in one check, by the number of the rule. A check looks
/// several times, and later looks do not find the hidden units any more.
using HiddenUnits = std::map<std::size_t, std::set<std::pair<UnitKind, std::int64_t>>>;

/// One look at the units of one test. First add all units, then ask the rules: if there are more
/// units than a rule allows, those of earlier looks included, it hides none of them. Not
/// thread-safe.
class SuppressionRound {
 public:
  /// Begins a round. `hidden` has what earlier looks of this check have hidden. All must outlive
  /// this object.
  SuppressionRound(const FileRules& rules, std::string_view test, HiddenUnits& hidden);

  /// Adds a unit that no other rule ignores.
  void Add(const UnitView& view);

  /// Returns true if one of the rules hides the unit. Call it after all units were added.
  [[nodiscard]] bool Hides(UnitKind kind, std::int64_t id) const;

  /// Counts the use of the rules that hid units, and of expired rules that would have hidden some.
  /// Keeps what was hidden for later looks of this check. Returns a remark for each of these
  /// expired rules, and for each rule that allows fewer units than there are.
  std::vector<SuppressionRemark> CountUse();

 private:
  using Key = std::pair<UnitKind, std::int64_t>;
  struct Match {
    const FileRule* rule;
    std::size_t earlier;  // the number of units that it has hidden before
    std::set<Key> units;
    [[nodiscard]] std::size_t count() const { return earlier + units.size(); }
    [[nodiscard]] bool Hides() const;
  };

  const FileRules& rules_;
  std::string_view test_;
  HiddenUnits& hidden_;
  std::map<std::size_t, Match> matches_;  // matches of rules that hold in this test, by number
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SUPPRESSION_ROUND_H_
