#include "outside_watch.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "alive/stillness.h"
#include "check/checker.h"
#include "commands.h"
#include "explain/wait_graph.h"
#include "linux/proc/subject.h"
#include "merger.h"
#include "report/hang_order.h"
#include "report/json_report.h"
#include "report/report_file.h"
#include "report/subject_words.h"
#include "run/find_leaks.h"
#include "run/output.h"
#include "taskleak/options.h"

namespace taskleak::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kFirstLook{1};

// Looks at the process. Takes its first thread for the one that runs the test.
class Looker {
 public:
  explicit Looker(pid_t pid) : pid_(pid) {}

  Standstill FindStandstill() {
    if (!CanLook()) return Standstill::kNone;
    // In this order: once the process is still, a deadlock has been closed or never will be.
    const bool still = stillness_.IsShown(std::nullopt);
    if (explain::IsInDeadlock(pid_)) return Standstill::kDeadlock;
    return still ? Standstill::kAllAsleep : Standstill::kNone;
  }

  LeakReport Report(const Options& options) {
    LeakReport report;
    if (CanLook())
      report = run::LookAtAll(check::Checker(options));
    else
      report.notes.push_back("its threads cannot be looked at: " +
                             report::UnreachableText(**why_not_));
    return report;
  }

 private:
  bool CanLook() {
    if (!why_not_) why_not_ = platform::LookAtProcess(pid_);
    return !why_not_->has_value();
  }

  const pid_t pid_;
  // The outer value is nothing if looking was not tried yet; the inner one is nothing if looking is
  // possible.
  std::optional<std::optional<platform::Unreachable>> why_not_;
  alive::Stillness stillness_{alive::Stillness::EndHandlers::kMayWake};
};

using FileClock = std::filesystem::file_time_type::clock;

// Returns the report of the hang, together with what the program itself had reported since `begun`.
std::string Document(const LeakReport& report, const std::string& path,
                     FileClock::time_point begun) {
  Merger merger;
  std::error_code none;
  const auto written = std::filesystem::last_write_time(path, none);
  if (!none && written >= begun) static_cast<void>(ReadFileInto(path, merger));
  ReadDocument(report::JsonDocument({report}, {{.name = report.test}}), merger);
  std::string text;
  std::move(merger).Finish([&text](std::string_view piece) { text += piece; });
  return text;
}

void Publish(const LeakReport& report, pid_t pid, const Options& options,
             FileClock::time_point begun) {
  run::Print(report.ToText(options.verbose), options.color);
  if (options.json.empty()) return;
  const std::string path = report::ReportPath(options.json, pid);
  static_cast<void>(Write(path, Document(report, path, begun), kClean));
}

}  // namespace

std::optional<ChildEnd> AwaitUnlessItHangs(pid_t pid, const HangLimit& limit) {
  const Clock::time_point begun = Clock::now();
  constexpr std::chrono::milliseconds kTick{20};  // the resolution of file times
  const FileClock::time_point file_begun = FileClock::now() - kTick;
  Looker looker(pid);
  Standstill found = Standstill::kNone;
  Clock::duration next = kFirstLook;
  while (found == Standstill::kNone && Clock::now() - begun < limit.time) {
    const Clock::time_point until = begun + std::min<Clock::duration>(next, limit.time);
    if (const auto end = AwaitChild(pid, until - Clock::now())) return end;
    found = looker.FindStandstill();
    next = 2 * (Clock::now() - begun);
  }
  Options options = Options::FromEnvironment();
  options.hooks = false;  // their records are in the other process
  LeakReport report = looker.Report(options);
  report::PutWaitersFirst(report, pid);
  report.test = limit.name;
  report.hang = true;
  report.verdict = taskleak::Verdict::kHang;
  report.standstill = found;
  report.waited = found == Standstill::kNone
                      ? limit.time
                      : std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
  // The child may have ended meanwhile, and then nothing hung.
  if (const auto end = AwaitChild(pid, milliseconds(0))) return end;
  kill(pid, SIGKILL);
  static_cast<void>(AwaitChild(pid));
  Publish(report, pid, options, file_begun);
  return std::nullopt;
}

}  // namespace taskleak::cli
