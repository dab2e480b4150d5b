// Merges many reports into one: shards of a run, and re-runs of tests.
#ifndef TASKLEAK_CLI_MERGER_H_
#define TASKLEAK_CLI_MERGER_H_

#include <cstddef>
#include <deque>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "name_index.h"
#include "report_reader.h"
#include "report_writer.h"
#include "suppression_uses.h"

namespace taskleak::cli {

/// Keeps each leak (signature) of each test once: its largest instance, with the number of times
/// that it was seen in "seen". For each test, keeps the worst verdict and the values that belong to
/// it. Also keeps why the test could not be looked at in some run, and its first deadlocks. Groups
/// are kept as text and names in one block of memory, so millions of tests fit.
class Merger final : public ReportSink {
 public:
  Merger() = default;

  void OnTest(Json test) override;
  void OnChecked(report::CheckedScope scope) override;
  void OnSuppression(rules::SuppressionCount use) override {
    AddUse(std::move(use), &suppressions_);
  }
  void OnNote(std::string note) override;

  /// Writes the merged document. Tests are sorted by name, so the document does not depend on the
  /// order of the input.
  void Finish(const TextSink& out) &&;

 private:
  // The groups of one signature in one test.
  struct Leak {
    std::vector<std::string> groups;  // JSON
    std::size_t units = 0;
    std::size_t seen = 0;
  };
  struct Test {  // NOLINT(bugprone-exception-escape): Json's own move constructor
    Json head;   // all but the groups
    std::vector<Leak> leaks;
    std::unordered_map<std::string, std::size_t> by_signature;
  };
  struct Checked {
    std::string_view name;
    std::chrono::milliseconds ended;
    std::size_t times;
  };

  static void AddGroups(Json groups, Test* test);
  static std::string ToText(const Test& test);
  [[nodiscard]] ReportSummary Summary() const;

  std::unordered_map<std::string, Test> tests_;
  std::pmr::monotonic_buffer_resource memory_;
  std::deque<Checked> checked_;  // in the order of appearance
  NameIndex checked_index_;
  std::vector<rules::SuppressionCount> suppressions_;
  std::vector<std::string> notes_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_MERGER_H_
