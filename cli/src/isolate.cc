#include "isolate.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "commands.h"
#include "merger.h"
#include "progress.h"
#include "report/report_file.h"
#include "report/wording.h"
#include "selected_tests.h"
#include "taskleak/options.h"
#include "temporary_folder.h"
#include "test_entry.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

enum class Verdict { kNotRun, kClean, kLeaks, kFails, kUnseen };

/// Passes a report on, and records the facts that its verdict depends on.
class Witness final : public ReportSink {
 public:
  explicit Witness(ReportSink& next) : next_(next) {}
  void OnTest(Json test) override {
    leaks_ = leaks_ || (!test["groups"].empty() && !IsLook(test));
    next_.OnTest(std::move(test));
  }
  void OnChecked(report::CheckedScope scope) override { next_.OnChecked(std::move(scope)); }
  void OnSuppression(rules::SuppressionCount use) override { next_.OnSuppression(std::move(use)); }
  void OnNote(std::string note) override { next_.OnNote(std::move(note)); }
  [[nodiscard]] bool leaks() const { return leaks_; }

 private:
  ReportSink& next_;
  bool leaks_ = false;
};

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Runs all tests of one program one by one, on several threads.
class Isolation {
 public:
  Isolation(const TestProgram& program, const WatchSettings& settings)
      : program_(program), settings_(settings), verdicts_(program.tests().size()) {}

  void Run(unsigned jobs) {
    const std::size_t most = std::min<std::size_t>(jobs, program_.tests().size());
    std::vector<std::thread> others;
    others.reserve(most);
    try {
      while (others.size() + 1 < most) others.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {  // then fewer threads do the work
    }
    Work();
    for (std::thread& other : others) other.join();
    const MutexLock lock(mutex_);
    progress_.Clear();
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

  /// Returns the names of all tests with that verdict, under a heading, or an empty text if there
  /// are none.
  [[nodiscard]] std::string List(Verdict verdict, std::string_view one, std::string_view many) {
    const MutexLock lock(mutex_);
    const auto count = std::ranges::count(verdicts_, verdict);
    if (count == 0) return {};
    std::string text = fmt::format("{} of {} {}\n", count, report::Count(verdicts_.size(), "test"),
                                   count == 1 ? one : many);
    for (std::size_t i = 0; i < verdicts_.size(); ++i) {
      if (verdicts_[i] == verdict) text += "  " + program_.tests()[i] + '\n';
    }
    return text;
  }

  /// Returns the exit code that follows from the tests' own exit codes and looks.
  [[nodiscard]] ExitCode exit_code() {
    const MutexLock lock(mutex_);
    return failed_ ? kLeaks : unseen_ ? kCouldNotLook : kClean;
  }

  /// Writes all reports as one. Returns why that failed, or an empty text.
  [[nodiscard]] std::string WriteReport(const std::string& path) {
    const MutexLock lock(mutex_);
    WholeFile file(path);
    std::move(merger_).Finish([&file](std::string_view text) { file.Append(text); });
    return file.Commit();
  }

 private:
  void Work() {
    const std::size_t count = program_.tests().size();
    for (std::size_t i = next_++; i < count && !Interrupted(); i = next_++) {
      try {
        RunOne(i);
      } catch (const std::exception&) {
        next_ = count;
        const MutexLock lock(mutex_);
        error_ = std::current_exception();
      }
    }
  }

  void RunOne(std::size_t i) {
    WatchSettings settings = settings_;
    settings.test = program_.tests()[i];
    const TestsEnd end =
        RunTests(program_, {settings.test}, settings, folder_.File(std::to_string(i)));
    if (Interrupted()) return;
    const MutexLock lock(mutex_);
    Witness witness(merger_);
    const bool reported = ReadFileInto(end.report, witness).empty();
    Judge(i, end, witness.leaks(), reported);
    for (const std::string& path : {end.report, end.output}) unlink(path.c_str());
  }

  void Judge(std::size_t i, const TestsEnd& end, bool leaks, bool reported)
      TASKLEAK_REQUIRES(mutex_) {
    const int code = end.process.verdict();
    const bool unseen = !end.process.looked || !reported;
    Verdict& verdict = verdicts_[i];
    verdict = leaks                   ? Verdict::kLeaks
              : end.process.code != 0 ? Verdict::kFails
              : unseen                ? Verdict::kUnseen
                                      : Verdict::kClean;
    failed_ = failed_ || (code != 0 && verdict != Verdict::kUnseen);
    unseen_ = unseen_ || verdict == Verdict::kUnseen;
    ++done_;
    progress_.Clear();
    if (verdict != Verdict::kClean) {
      const char* const what = leaks                        ? "leaks"
                               : verdict == Verdict::kFails ? "fails"
                                                            : end.process.why_not_looked();
      std::printf("== %s: %s\n%s\n", program_.tests()[i].c_str(), what,
                  ReadText(end.output).c_str());
      std::fflush(stdout);
    }
    progress_.Show(done_, verdicts_.size(),
                   fmt::format("{} of {}, {} leak", done_, report::Count(verdicts_.size(), "test"),
                               std::ranges::count(verdicts_, Verdict::kLeaks)));
  }

  const TestProgram& program_;
  const WatchSettings& settings_;
  const TemporaryFolder folder_;
  std::atomic<std::size_t> next_ = 0;
  Mutex mutex_;
  std::vector<Verdict> verdicts_ TASKLEAK_GUARDED_BY(mutex_);
  Progress progress_ TASKLEAK_GUARDED_BY(mutex_);
  std::size_t done_ TASKLEAK_GUARDED_BY(mutex_) = 0;
  bool failed_ TASKLEAK_GUARDED_BY(mutex_) = false;
  bool unseen_ TASKLEAK_GUARDED_BY(mutex_) = false;
  Merger merger_ TASKLEAK_GUARDED_BY(mutex_);
  std::exception_ptr error_ TASKLEAK_GUARDED_BY(mutex_);
};

}  // namespace

ExitCode Isolate(const TestProgram& program, const WatchSettings& settings, unsigned jobs) {
  if (program.tests().empty()) {
    Complain({"the program has no tests"});
    return kCouldNotLook;
  }
  Isolation isolation(program, settings);
  isolation.Run(jobs);
  const std::string summary =
      isolation.List(Verdict::kLeaks, "leaks:", "leak:") +
      isolation.List(Verdict::kFails, "fails:", "fail:") +
      isolation.List(Verdict::kUnseen, "could not be looked at:", "could not be looked at:") +
      isolation.List(Verdict::kNotRun, "was not run:", "were not run:");
  std::fputs(
      summary.empty()
          ? fmt::format("{}, no leaks\n", report::Count(program.tests().size(), "test")).c_str()
          : summary.c_str(),
      stdout);
  const ExitCode code = Interrupted() ? kCouldNotLook : isolation.exit_code();
  const std::string json = Options::FromEnvironment().json;
  if (json.empty()) return code;
  const std::filesystem::path path = report::ReportPath(json, getpid());
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  return Complain(isolation.WriteReport(path), code);
}

}  // namespace taskleak::cli
