// All rules that hold for one check.
#ifndef TASKLEAK_SRC_RULES_IGNORE_SET_H_
#define TASKLEAK_SRC_RULES_IGNORE_SET_H_

#include <string>
#include <string_view>
#include <vector>

#include "linux/look/stack_reader.h"
#include "linux/proc/thread_list.h"
#include "registry/task_registry.h"
#include "rules/known_threads.h"
#include "rules/rule_index.h"
#include "rules/suppression_round.h"
#include "rules/unit_view.h"
#include "taskleak/options.h"

namespace taskleak::rules {

/// Holds the rules of the options, of their suppression files and of the built-in list, ordered by
/// what they need to know: the thread's name, the names in symbol tables, or the complete unit.
/// Immutable except for the counts of use.
class IgnoreSet {
 public:
  /// Throws std::invalid_argument if a suppression file is bad.
  explicit IgnoreSet(const Options& options);

  [[nodiscard]] bool MatchesName(std::string_view thread_name) const;
  [[nodiscard]] bool MatchesTaskName(std::string_view task_name) const;
  /// Returns whether a rule matches a child process, by its command line, which may be empty, and
  /// its name.
  [[nodiscard]] bool MatchesProcess(std::string_view command, std::string_view name) const;
  /// Returns whether a rule matches a descriptor, by what it is open on.
  [[nodiscard]] bool MatchesDescriptor(std::string_view target) const;
  /// Returns whether the thread was alive when an IgnoreCurrent() was made.
  [[nodiscard]] bool MatchesCurrent(const platform::ThreadId& id) const;
  /// Returns the same for a child process.
  [[nodiscard]] bool MatchesCurrentProcess(const platform::ThreadId& id) const;
  /// Returns the same for a task, by the epoch in which it was born.
  [[nodiscard]] bool MatchesCurrent(registry::Epoch born) const;
  /// Returns whether a rule matches the thread, by the functions and modules of its stack as symbol
  /// tables show them, or whether the built-in list does.
  [[nodiscard]] bool MatchesThread(const Candidate& thread) const;

  /// Returns whether there are rules that only a complete unit can answer: functions (that may be
  /// inlined), creators, signatures, predicates, a task's module.
  [[nodiscard]] bool NeedsUnits() const { return !unit_rules_.empty() || !file_rules_.empty(); }
  [[nodiscard]] bool MatchesUnit(const UnitView& view) const;

  /// Returns the lines of suppression files that apply only to some tests or to some units, and
  /// expired ones. A SuppressionRound evaluates them.
  [[nodiscard]] const FileRules& file_rules() const { return file_rules_; }

 private:
  struct CountedRule {
    IgnoreRule rule;
    SuppressionUse* use;  // null if the rule is not from a file
  };

  void Add(const IgnoreRule& rule, SuppressionUse* use);
  void AddUnitRule(const IgnoreRule& rule, SuppressionUse* use);
  // Returns whether one of the rules matches, and counts its use.
  template <typename Matches>
  static bool AnyMatches(const std::vector<CountedRule>& rules, Matches matches);

  std::vector<const KnownThreads*> known_;
  std::vector<CountedRule> name_rules_;
  std::vector<CountedRule> task_name_rules_;
  std::vector<CountedRule> process_rules_;
  std::vector<CountedRule> descriptor_rules_;
  std::vector<CountedRule> current_rules_;
  std::vector<CountedRule> stack_rules_;
  RuleIndex unit_rules_;
  std::vector<SuppressionUse*> unit_uses_;  // of each; null if not from a file
  FileRules file_rules_;
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_IGNORE_SET_H_
