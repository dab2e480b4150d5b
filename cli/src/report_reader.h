// Reads JSON reports (docs/report-formats.md), also broken ones.
#ifndef TASKLEAK_CLI_REPORT_READER_H_
#define TASKLEAK_CLI_REPORT_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Takes the parts of a document one by one as they are read, so that a reader of many large
/// documents need not keep them. Every part is an element of the list of that name in the document.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  /// A document begins: what follows is of one run, or of several that were merged.
  virtual void OnDocument() {}
  /// An object with the lists "groups" (of objects); everything else in it is as it was written.
  virtual void OnTest(Json test) = 0;
  virtual void OnChecked(report::CheckedScope scope) = 0;
  virtual void OnSuppression(rules::SuppressionCount use) = 0;
  virtual void OnNote(std::string note) = 0;
};

/// Gives `sink` all of the document `text` that can be read: of a document that breaks off,
/// whatever was complete before that. Returns what was wrong, one complaint each, without the
/// document's name.
std::vector<std::string> ReadDocument(std::string_view text, ReportSink& sink);

/// The same for a file, or for standard input if `path` is "-".
std::vector<std::string> ReadFileInto(const std::string& path, ReportSink& sink);

/// Reads all of `paths`; a folder stands for the *.json files in it. Complaints name their file.
std::vector<std::string> ReadFilesInto(const std::vector<std::string>& paths, ReportSink& sink);

/// Reads all of `paths` into one report, test entries in the order they were written.
RunReport ReadReports(const std::vector<std::string>& paths, std::vector<std::string>* complaints);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_REPORT_READER_H_
