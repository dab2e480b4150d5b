// Reads JSON reports (docs/report-formats.md), also broken ones.
#ifndef TASKLEAK_CLI_REPORT_READER_H_
#define TASKLEAK_CLI_REPORT_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Receives the parts of a document one by one as they are read, so that a reader of many large
/// documents need not keep them. Each part is an element of the document's list with that name.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  /// Marks the start of a document: the calls that follow are about one run, or about several runs
  /// that were merged.
  virtual void OnDocument() {}
  /// Receives an object with the list "groups" (of objects). The rest of the object is unchanged
  /// and unchecked.
  virtual void OnTest(Json test) = 0;
  virtual void OnChecked(report::CheckedScope scope) = 0;
  virtual void OnSuppression(rules::SuppressionCount use) = 0;
  virtual void OnNote(std::string note) = 0;
};

/// Passes all readable parts of the document `text` to `sink`. If the document breaks off, passes
/// all parts that were complete before that. Returns the complaints, without the document's name.
std::vector<std::string> ReadDocument(std::string_view text, ReportSink& sink);

/// Does the same for a file, or for standard input if `path` is "-".
std::vector<std::string> ReadFileInto(const std::string& path, ReportSink& sink);

/// Reads all of `paths`. A folder stands for the *.json files in it. Complaints name their file.
std::vector<std::string> ReadFilesInto(const std::vector<std::string>& paths, ReportSink& sink);

/// Reads all of `paths` into one report, with test entries in the order in which they were written.
RunReport ReadReports(const std::vector<std::string>& paths, std::vector<std::string>* complaints);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_REPORT_READER_H_
