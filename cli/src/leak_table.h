// Collects the leaks of each test: the part of reports that comparisons need.
#ifndef TASKLEAK_CLI_LEAK_TABLE_H_
#define TASKLEAK_CLI_LEAK_TABLE_H_

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "report_reader.h"

namespace taskleak::cli {

/// Identifies a leak in several reports.
struct LeakKey {
  std::string signature;
  std::string test;
  auto operator<=>(const LeakKey&) const = default;
};

struct LeakEntry {
  std::size_t count = 0;         ///< units, the most in one run
  std::size_t seen = 0;          ///< number of runs with it
  std::string title;             ///< of the largest (group_summary.h)
  std::string function;          ///< the first function of the program's own
  std::string place;             ///< of the same leak (PlaceText() in group_summary.h)
  std::string former_signature;  ///< LeakGroup::former_signature
};

/// Holds the leaks of any number of reports.
class LeakTable final : public ReportSink {
 public:
  /// Holds the number of units of each leak in one run.
  using Run = std::map<LeakKey, std::size_t>;
  /// Says what to take from the reports.
  enum class What {
    kLeaks,      ///< leaks only
    kEverything  ///< also what was alive in looks that judged nothing (verdict "alive")
  };

  explicit LeakTable(What what = What::kLeaks) : what_(what) {}

  void OnDocument() override { runs_.emplace_back(); }
  void OnTest(Json test) override;
  void OnChecked(report::CheckedScope scope) override { checked_[scope.name] += scope.times; }
  void OnSuppression(rules::SuppressionCount) override {}
  void OnNote(std::string) override {}

  /// Gives leaks their new signature if they have one here that is a former signature in `newer`.
  void TakeSignaturesOf(const LeakTable& newer);

  [[nodiscard]] const std::map<LeakKey, LeakEntry>& leaks() const { return leaks_; }
  /// Returns the runs, one for each document. In a document that several runs were merged into,
  /// each leak has its largest count.
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  /// Returns how often the test was looked at to its end; 0 if it never was.
  [[nodiscard]] std::size_t TimesChecked(const std::string& test) const;
  /// Returns true if the leak appeared in only some of its test's runs.
  [[nodiscard]] bool IsFlaky(const LeakKey& key, const LeakEntry& leak) const {
    return leak.seen < TimesChecked(key.test);
  }
  /// Returns the number of tests that could not be looked at, according to the report.
  [[nodiscard]] std::size_t could_not_look() const { return could_not_look_; }

 private:
  What what_;
  std::map<LeakKey, LeakEntry> leaks_;
  std::vector<Run> runs_;
  std::unordered_map<std::string, std::size_t> checked_;
  std::unordered_map<std::string, std::size_t> in_vain_;  // of those, hangs and failed looks
  std::size_t could_not_look_ = 0;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_LEAK_TABLE_H_
