// The ratchet: known leaks are written down, and may only become fewer.
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

/// A file of known leaks: one line for each leak of each test, sorted, so that it merges well. Each
/// line is a suppression of its signature (docs/suppressions.md), so the file can be given to the
/// tests themselves too.
class Baseline {
 public:
  Baseline() = default;
  /// Throws std::invalid_argument, naming `path` and the place, if `text` is no baseline.
  Baseline(std::string_view text, const std::string& path);

  /// Reads the file. Throws std::invalid_argument, naming it, if it cannot be read or is bad.
  static Baseline FromFile(const std::string& path);

  /// What the leaks are to the baseline.
  struct Comparison {
    struct Finding {
      LeakKey key;
      LeakEntry leak;
      std::size_t allowed;  ///< 0: it is new
    };
    struct Move {
      LeakKey key;
      LeakEntry leak;
      std::string from;  ///< the test that it is known in
    };
    std::vector<Finding> worse;                   ///< new ones, and ones that grew
    std::vector<Move> moved;                      ///< known, but in another test
    std::size_t known = 0;                        ///< leaks that it has
    std::vector<const rules::Suppression*> gone;  ///< its test was looked at and does not have it
    std::size_t not_looked_at = 0;                ///< entries of tests that were not run
    std::vector<const rules::Suppression*> flaky_absent;  ///< flaky, and not there this time
  };
  /// Points into this baseline. `today` decides what has expired: an expired entry allows nothing.
  /// A leak that is known in another test, and that is not there in the same run (document), has
  /// moved; it is neither new nor gone.
  [[nodiscard]] Comparison Compare(const LeakTable& leaks, const rules::Date& today) const;

  /// Takes in what is new, raises counts that grew and replaces former signatures; nothing is
  /// removed. What has moved stays where it is known. New entries get `today` and `owner`. An entry
  /// is flaky if its leak was not there in every run of its test.
  void Accept(const LeakTable& leaks, const rules::Date& today, const std::string& owner);

  struct Pruned {
    std::size_t removed = 0;
    std::size_t lowered = 0;
  };
  /// Removes what is gone and lowers counts that shrank; flaky entries stay as they are unless
  /// `flaky_too`.
  Pruned Prune(const LeakTable& leaks, bool flaky_too);

  /// The whole file.
  [[nodiscard]] std::string ToText() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  void Index();
  [[nodiscard]] Cover CoverOf(const LeakTable& leaks,
                              const std::optional<rules::Date>& today) const;
  // Index of the entry that the leak falls under, by its signature or else by its former one.
  [[nodiscard]] std::optional<std::size_t> Find(const LeakKey& key, const LeakEntry& leak) const;
  [[nodiscard]] std::optional<std::size_t> FindSigned(const std::string& signature,
                                                      const std::string& test) const;

  std::vector<rules::Suppression> entries_;  // sorted as in the file
  std::unordered_multimap<std::string, std::size_t> by_signature_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_BASELINE_H_
