// Keeps a baseline: known leaks are written down, and may only become fewer.
#ifndef TASKLEAK_CLI_BASELINE_H_
#define TASKLEAK_CLI_BASELINE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "leak_table.h"
#include "moves.h"
#include "rules/suppression.h"

namespace taskleak::cli {

/// Holds a file of known leaks: one line for each leak of each test, sorted, so that it merges
/// well. Each line is a suppression of its signature (docs/ignore-rules.md), so the file can be
/// given to the tests themselves too.
class Baseline {
 public:
  Baseline() = default;
  /// Reads `text`. Throws std::invalid_argument, naming `path` and the place, if it is not a
  /// baseline.
  Baseline(std::string_view text, const std::string& path);

  /// Reads the file. Throws std::invalid_argument, naming it, if it cannot be read or is bad. If
  /// the file is missing, the message says how to make it from `reports`.
  static Baseline FromFile(const std::string& path, const std::vector<std::string>& reports);

  /// The result of a comparison of leaks with the baseline.
  struct Comparison {
    struct Finding {
      LeakKey key;
      LeakEntry leak;
      std::size_t allowed;  ///< 0: it is new
    };
    struct Move {
      LeakKey key;
      LeakEntry leak;
      std::string from;  ///< the test in which the baseline has it
    };
    std::vector<Finding> worse;                   ///< new leaks, and leaks that grew
    std::vector<Move> moved;                      ///< leaks that the baseline has in another test
    std::size_t known = 0;                        ///< leaks that are in the baseline
    std::vector<const rules::Suppression*> gone;  ///< not found in a test that was looked at
    std::size_t not_looked_at = 0;                ///< entries of tests that were not checked
    std::vector<const rules::Suppression*> flaky_absent;  ///< flaky, and absent this time
  };
  /// Compares leaks with this baseline. The result points into the baseline. An entry that has
  /// expired `today` allows nothing. A leak has moved if the baseline has it in another test, and
  /// that other test does not have it in the same run (document). A moved leak is neither new nor
  /// gone.
  [[nodiscard]] Comparison Compare(const LeakTable& leaks, const rules::Date& today) const;

  /// Adds new leaks, raises counts that grew and replaces former signatures. Removes nothing. Leaks
  /// that moved stay with the test in which the baseline has them. New entries get `today` and
  /// `owner`. An entry is flaky if its leak was missing in some runs of its test.
  void Accept(const LeakTable& leaks, const rules::Date& today, const std::string& owner);

  struct Pruned {
    std::size_t removed = 0;
    std::size_t lowered = 0;
  };
  /// Removes leaks that are gone and lowers counts that shrank. Flaky entries stay unchanged unless
  /// `flaky_too`.
  Pruned Prune(const LeakTable& leaks, bool flaky_too);

  /// Returns the command `taskleak baseline VERB` for a baseline and reports.
  static std::string Command(const char* verb, const std::string& path,
                             const std::vector<std::string>& reports);

  /// Returns the whole file.
  [[nodiscard]] std::string ToText() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  void Index();
  [[nodiscard]] Cover CoverOf(const LeakTable& leaks,
                              const std::optional<rules::Date>& today) const;
  // Returns the indexes of the leak's entries in its own test, by its signature or else by its
  // former signature. There may be several: two branches may each have added the leak.
  [[nodiscard]] std::vector<std::size_t> Find(const LeakKey& key, const LeakEntry& leak) const;
  [[nodiscard]] std::vector<std::size_t> FindSigned(const std::string& signature,
                                                    const std::string& test) const;

  std::vector<rules::Suppression> entries_;  // sorted as in the file
  std::unordered_multimap<std::string, std::size_t> by_signature_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_BASELINE_H_
