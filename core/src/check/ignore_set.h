// All rules that hold for one check.
#ifndef TASKLEAK_SRC_CHECK_IGNORE_SET_H_
#define TASKLEAK_SRC_CHECK_IGNORE_SET_H_

#include <string>
#include <string_view>
#include <vector>

#include "check/resolved_stack.h"
#include "platform/stack_reader.h"
#include "platform/thread_list.h"
#include "registry/task_registry.h"
#include "taskleak/options.h"

namespace taskleak::check {

/// The rules of the options, of their suppression files and of the built-in list, ordered by what
/// they need to know: the thread's name, the names the symbol tables give, or the complete unit.
/// Immutable.
class IgnoreSet {
 public:
  /// Throws std::invalid_argument if a suppression file is bad.
  explicit IgnoreSet(const Options& options);

  [[nodiscard]] bool MatchesName(std::string_view thread_name) const;
  [[nodiscard]] bool MatchesTaskName(std::string_view task_name) const;
  /// Threads that were alive when an IgnoreCurrent() was made.
  [[nodiscard]] bool MatchesCurrent(const platform::ThreadId& id) const;
  /// The same for tasks, by the epoch in which they were born.
  [[nodiscard]] bool MatchesCurrent(registry::Epoch born) const;
  /// By the functions and modules of the stack as the symbol tables have them.
  [[nodiscard]] bool MatchesStack(const std::vector<platform::RawFrame>& frames) const;

  /// By the module that holds the code that created a task. The built-in list, which speaks of
  /// threads, has no say.
  [[nodiscard]] bool MatchesTaskModule(std::string_view module) const;

  /// True if there are rules that only a complete unit can answer: functions (that may be inlined),
  /// creators, signatures, predicates,
  /// and a task's module.
  [[nodiscard]] bool NeedsUnits() const {
    return !unit_rules_.empty() || !task_module_rules_.empty();
  }
  [[nodiscard]] bool MatchesUnit(const Unit& unit, const ResolvedStack& stack,
                                 const ResolvedStack& created_by, std::string_view signature) const;

 private:
  void Add(const IgnoreRule& rule);

  std::vector<IgnoreRule> name_rules_;
  std::vector<IgnoreRule> task_name_rules_;
  std::vector<IgnoreRule> task_module_rules_;
  std::vector<IgnoreRule> current_rules_;
  std::vector<IgnoreRule> stack_rules_;
  std::vector<IgnoreRule> unit_rules_;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_IGNORE_SET_H_
