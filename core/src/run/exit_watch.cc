#include "run/exit_watch.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <utility>

#include "registry/process_end.h"
#include "run/output.h"
#include "taskleak/leak.h"

namespace taskleak::run {
namespace {

constinit std::atomic<const ExitWatch*> g_watch{nullptr};

}  // namespace

ExitWatch::ExitWatch(const Options& options, TestRun::ExitHandler on_exit)
    : process_(getpid()),
      allowed_(options.on_leak == OnLeak::kOff),
      options_(options),
      on_exit_(std::move(on_exit)) {}

ExitWatch::~ExitWatch() {
  const ExitWatch* own = this;
  if (g_watch.compare_exchange_strong(own, nullptr)) registry::EndUnfinished();
}

void ExitWatch::Allow() { allowed_ = true; }

// The handlers run before those that were registered before the first test, such as the
// framework's.
void ExitWatch::Begin(std::string_view scope) {
  if (allowed_) return;
  static const bool handled = std::atexit(AtExit) == 0 && std::at_quick_exit(AtQuickExit) == 0;
  static_cast<void>(handled);  // without memory for it, an end is not noticed
  g_watch.store(this);
  registry::BeginUnfinished(scope,
                            options_.on_leak == OnLeak::kWarn ? registry::EarlyEnd::kWarning
                                                              : registry::EarlyEnd::kFailure,
                            process_);
}

void ExitWatch::End() {
  if (!allowed_) registry::EndUnfinished();
}

// Returns whether the process must fail.
bool ExitWatch::ReportEnd(std::string_view call) {
  registry::Unfinished unfinished;
  if (!registry::TakeUnfinished(call, unfinished)) return false;
  const ExitWatch* const watch = g_watch.load();
  if (watch == nullptr) return false;
  const bool fails = unfinished.end == registry::EarlyEnd::kFailure;
  LeakReport report;
  report.verdict = Verdict::kCouldNotLook;
  report.test = unfinished.scope;
  report.could_not_look = std::string(call) + " ended the process before the check";
  if (report::ReportFile* const json = JsonReport(watch->options_)) {
    json->TestChecked(report.test);
    SayOnce(json->Add(report));
  }
  if (fails && watch->on_exit_) watch->on_exit_(report.test + ": " + report.could_not_look);
  return fails;
}

// A handler that ends the process again goes on with the remaining handlers and the new status
// (exit(3), "On Linux ..."). So everything else that the program does at its end is done.
void ExitWatch::AtExit() {
  if (ReportEnd("exit()")) std::exit(EXIT_FAILURE);
}

void ExitWatch::AtQuickExit() {
  if (ReportEnd("quick_exit()")) std::quick_exit(EXIT_FAILURE);
}

}  // namespace taskleak::run
