// Compares two looks and finds what is left.
#ifndef TASKLEAK_SRC_CHECK_CHECKER_H_
#define TASKLEAK_SRC_CHECK_CHECKER_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "alive/drain.h"
#include "alive/ignored_stragglers.h"
#include "alive/straggler.h"
#include "check/close_look.h"
#include "check/lister.h"
#include "check/outcome.h"
#include "explain/inspect.h"
#include "registry/origin.h"
#include "rules/ignore_set.h"
#include "taskleak/options.h"
#include "taskleak/snapshot.h"

namespace taskleak::check {

/// Holds options with their rules made ready, to check many scopes. Immutable.
class Checker {
 public:
  /// Makes the rules ready. TASKLEAK_OPTIONS wins over `options`. Throws std::invalid_argument if
  /// an option or a suppression file is bad.
  explicit Checker(const Options& options);

  /// Returns a checker without any rules. Its LookAtAll() finds what FindAlive returns
  /// (taskleak/alive.h).
  [[nodiscard]] static Checker WithoutRules();

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const rules::IgnoreSet& ignore() const { return ignore_; }

  /// Finds what FindLeaks returns. If nothing is left, this only compares two lists. `test` is the
  /// name of what is checked, for suppressions that apply to some tests only. With a scope, finds
  /// only what that scope judges (registry/origin.h).
  [[nodiscard]] Outcome FindLeaks(const Snapshot& before, std::string_view test = {},
                                  registry::Origin scope = 0) const;

  /// Returns every thread, the main thread included, and every task and child process, but not the
  /// caller and those that are adopted or ignored. Does not wait. Without rules, returns the
  /// adopted ones too, and threads that ended unjoined.
  [[nodiscard]] Outcome LookAtAll() const;

  /// Searches memory for coroutines that nothing else shows. They may have been freed.
  [[nodiscard]] Outcome FindUnverifiedCoroutines() const;

 private:
  struct NoRules {};
  explicit Checker(NoRules);

  [[nodiscard]] Lister lister() const { return {options_, ignore_, adopted_too_}; }
  /// Keeps what one check needs from look to look: the test's name, and what rules took away.
  struct Sieve {
    std::string_view test;
    rules::HiddenUnits hidden = {};
    alive::IgnoredStragglers ignored = {};
  };
  [[nodiscard]] bool Ignores(const explain::Finding& finding, rules::SuppressionRound& round) const;
  void DropIgnored(alive::Stragglers& stragglers, Sieve& sieve) const;
  [[nodiscard]] std::size_t CountLiveThreads(const std::vector<explain::Finding>& findings) const;
  /// Says what to do with units that have ended since they were seen.
  enum class OfTheGone { kLeaveOut, kReport };
  /// Says what to search for coroutines that nothing else shows.
  enum class Search { kNothing, kMemory };
  [[nodiscard]] std::optional<explain::Finding> ExplainThread(const alive::LiveThread& thread,
                                                              ThreadLooks& looks,
                                                              OfTheGone of_the_gone,
                                                              CloseLook& close) const;
  [[nodiscard]] CloseLook Explain(const alive::Stragglers& stragglers, OfTheGone of_the_gone,
                                  Search search = Search::kNothing) const;
  [[nodiscard]] CloseLook Sift(CloseLook close, const alive::Stragglers& stragglers,
                               Sieve& sieve) const;
  [[nodiscard]] Outcome Group(CloseLook close) const;
  CloseLook ExplainWhatStays(alive::Drained& drained,
                             const std::function<alive::Stragglers()>& look, Sieve& sieve) const;

  Options options_;
  rules::IgnoreSet ignore_;
  bool adopted_too_ = false;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_CHECKER_H_
