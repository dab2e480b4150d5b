// Any text as a JSON report: the readable part is rendered in every format, and merged into a
// document that is read without complaint.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "format.h"
#include "merger.h"
#include "report_reader.h"
#include "test_entry.h"

namespace {

using namespace taskleak::cli;  // NOLINT(google-build-using-namespace)

/// Renders the report that it receives.
class Collector final : public ReportSink {
 public:
  void OnTest(Json test) override { report.tests.push_back(ReadTestEntry(std::move(test))); }
  void OnChecked(taskleak::report::CheckedScope scope) override {
    report.checked.push_back(std::move(scope));
  }
  void OnSuppression(taskleak::rules::SuppressionCount use) override {
    report.suppressions.push_back(std::move(use));
  }
  void OnNote(std::string note) override { report.notes.push_back(std::move(note)); }

  RunReport report;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Collector collector;
  static_cast<void>(ReadDocument(text, collector));
  for (const Format& format : kFormats) {
    // HTML looks for source files by name, and a name may be anything, such as a terminal.
    if (format.name != "html") static_cast<void>(format.render(collector.report, {}));
  }
  Merger merger;
  static_cast<void>(ReadDocument(text, merger));
  Merger again;
  std::string merged;
  std::move(merger).Finish([&merged](std::string_view piece) { merged += piece; });
  if (!ReadDocument(merged, again).empty()) std::abort();
  return 0;
}
