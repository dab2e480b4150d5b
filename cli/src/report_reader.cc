#include "report_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <future>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "document_parser.h"
#include "progress.h"
#include "report/wording.h"
#include "suppression_uses.h"
#include "test_entry.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

constexpr std::size_t kSchema = 1;

/// Passes the valid elements of a document on to the sink.
class Dispatcher {
 public:
  explicit Dispatcher(ReportSink& sink) : sink_(sink) {}

  void operator()(const std::string& key, Json element) {
    if (key == "tests") {
      AddTest(std::move(element));
    } else if (key == "suppressions" && element.is_object()) {
      sink_.OnSuppression({TextAt(element, "file"), LineAt(element, "line"),
                           TextAt(element, "rule"), FlagAt(element, "expired"),
                           NumberAt(element, "used")});
    } else if (key == "notes" && element.is_string()) {
      sink_.OnNote(element.get<std::string>());
    } else if (key == "taskleak") {
      is_report_ = true;
    } else if (key == "report" && element.is_object()) {
      AddRecorded(std::move(element));
    } else if (key == "schema" && element.is_number_unsigned() && element > kSchema) {
      complaints_.push_back(
          fmt::format("a newer taskleak wrote it (schema {}, this program knows {}): only the "
                      "known parts are read",
                      element.get<std::size_t>(), kSchema));
    }
  }

  std::vector<std::string> Complaints(const std::string& syntax) && {
    if (!syntax.empty()) complaints_.push_back(syntax);
    if (!is_report_)
      complaints_.emplace_back("not a report of taskleak: the key \"taskleak\" is missing");
    return std::move(complaints_);
  }

 private:
  // A recording (taskleak/live/signals.h) contains the report of its last look.
  void AddRecorded(Json report) {
    for (auto& [key, value] : report.items()) {
      if (key != "tests" && key != "notes") {
        (*this)(key, std::move(value));
      } else if (value.is_array()) {
        for (Json& element : value) (*this)(key, std::move(element));
      }
    }
  }

  void AddTest(Json test) {
    ++tests_;
    const auto groups = test.is_object() ? test.find("groups") : test.end();
    if (!test.is_object() || groups == test.end() || !groups->is_array()) {
      complaints_.push_back(fmt::format("test {}: not an object with a list of groups", tests_));
      return;
    }
    const std::size_t before = groups->size();
    groups->erase(std::remove_if(groups->begin(), groups->end(),
                                 [](const Json& group) { return !group.is_object(); }),
                  groups->end());
    if (groups->size() != before)
      complaints_.push_back(fmt::format("test {}: a group is not an object", tests_));
    sink_.OnTest(std::move(test));
  }

  ReportSink& sink_;
  std::vector<std::string> complaints_;
  std::size_t tests_ = 0;
  bool is_report_ = false;
};

// Returns the files that `path` stands for. Sets `error` if there are none, or not all are known.
std::vector<std::string> Expand(const std::string& path, std::string* error) {
  std::error_code code;
  if (path == "-" || !std::filesystem::is_directory(path, code)) return {path};
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, code), end; !code && entry != end;
       entry.increment(code)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path().string());
  }
  if (code)
    *error = code.message();
  else if (files.empty())
    *error = "no *.json file in this folder";
  std::sort(files.begin(), files.end());
  return files;
}

/// Keeps the content of one file until its turn comes.
class FileContent final : public ReportSink {
 public:
  static FileContent Read(const std::string& path) {
    FileContent content;
    for (const std::string& complaint : ReadFileInto(path, content))
      content.complaints_.push_back((path == "-" ? "standard input" : path) + ": " + complaint);
    return content;
  }

  void OnTest(Json test) override { tests_.push_back(std::move(test)); }
  void OnChecked(report::CheckedScope scope) override { checked_.push_back(std::move(scope)); }
  void OnSuppression(rules::SuppressionCount use) override { uses_.push_back(std::move(use)); }
  void OnNote(std::string note) override { notes_.push_back(std::move(note)); }

  void GiveTo(ReportSink& sink, std::vector<std::string>* complaints) && {
    sink.OnDocument();
    for (Json& test : tests_) sink.OnTest(std::move(test));
    for (report::CheckedScope& scope : checked_) sink.OnChecked(std::move(scope));
    for (rules::SuppressionCount& use : uses_) sink.OnSuppression(std::move(use));
    for (std::string& note : notes_) sink.OnNote(std::move(note));
    std::move(complaints_.begin(), complaints_.end(), std::back_inserter(*complaints));
  }

 private:
  std::vector<Json> tests_;
  std::vector<report::CheckedScope> checked_;
  std::vector<rules::SuppressionCount> uses_;
  std::vector<std::string> notes_;
  std::vector<std::string> complaints_;
};

/// Keeps everything.
class Collector final : public ReportSink {
 public:
  explicit Collector(RunReport& report) : report_(report) {}
  void OnDocument() override { ++documents_; }
  void OnTest(Json test) override {
    report_.tests.push_back(ReadTestEntry(std::move(test)));
    report_.tests.back().document = documents_;
  }
  void OnChecked(report::CheckedScope scope) override {
    report_.checked.push_back(std::move(scope));
  }
  void OnSuppression(rules::SuppressionCount use) override {
    AddUse(std::move(use), &report_.suppressions);
  }
  void OnNote(std::string note) override {
    if (std::find(report_.notes.begin(), report_.notes.end(), note) == report_.notes.end())
      report_.notes.push_back(std::move(note));
  }

 private:
  RunReport& report_;
  std::size_t documents_ = 0;
};

}  // namespace

std::vector<std::string> ReadDocument(std::string_view text, ReportSink& sink) {
  sink.OnDocument();
  Dispatcher dispatcher(sink);
  DocumentParser parser(std::ref(dispatcher),
                        [&sink](report::CheckedScope scope) { sink.OnChecked(std::move(scope)); });
  Json::sax_parse(text.begin(), text.end(), &parser);
  return std::move(dispatcher).Complaints(parser.Finish());
}

std::vector<std::string> ReadFileInto(const std::string& path, ReportSink& sink) {
  std::string text;
  if (std::string error = ReadWhole(path, &text); !error.empty()) return {std::move(error)};
  if (text.empty()) return {"it is empty"};
  return ReadDocument(text, sink);
}

// Parses as many files at once as there are processors. The sink receives one file after the other.
std::vector<std::string> ReadFilesInto(const std::vector<std::string>& paths, ReportSink& sink) {
  std::vector<std::string> complaints;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::string error;
    const std::vector<std::string> found = Expand(path, &error);
    if (!error.empty()) complaints.push_back(fmt::format("{}: {}", path, error));
    files.insert(files.end(), found.begin(), found.end());
  }
  Progress progress;
  std::size_t read = 0;
  const std::size_t at_once = std::max(std::thread::hardware_concurrency(), 1U);
  std::deque<std::future<FileContent>> parsed;
  for (std::size_t next = 0; next < files.size() || !parsed.empty();) {
    for (; next < files.size() && parsed.size() < at_once; ++next)
      parsed.push_back(std::async(FileContent::Read, files[next]));
    FileContent content = parsed.front().get();
    parsed.pop_front();
    std::move(content).GiveTo(sink, &complaints);
    ++read;
    progress.Show(read, files.size(),
                  fmt::format("{} of {}", read, report::Count(files.size(), "file")));
  }
  return complaints;
}

RunReport ReadReports(const std::vector<std::string>& paths, std::vector<std::string>* complaints) {
  RunReport report;
  Collector collector(report);
  *complaints = ReadFilesInto(paths, collector);
  return report;
}

}  // namespace taskleak::cli
