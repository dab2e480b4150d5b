#include "run/hang_watch.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "registry/process_end.h"
#include "run/find_leaks.h"
#include "run/futex.h"
#include "run/output.h"

namespace taskleak::run {

HangWatch::HangWatch(const check::Checker& checker, TestRun::HangHandler on_hang)
    : checker_(checker),
      on_hang_(std::move(on_hang)),
      thread_("taskleak-watch", [this] { Watch(); }) {}

HangWatch::~HangWatch() {
  stop_.store(1);
  FutexWake(stop_);
  thread_.Join();
}

void HangWatch::Arm(std::string_view scope, std::string_view phase) {
  {
    const MutexLock lock(mutex_);
    scope_ = scope;
    phase_ = phase;
  }
  last_resort_.SetScope(scope, phase);
  deadline_.store((Clock::now() + checker_.options().hang_timeout).time_since_epoch().count());
}

void HangWatch::Disarm() { deadline_.store(0); }

void HangWatch::Watch() {
  while (stop_.load() == 0) {
    const Clock::duration now = Clock::now().time_since_epoch();
    const Clock::duration deadline(deadline_.load());
    if (deadline.count() != 0 && now >= deadline) ReportAndEnd();
    // Without a deadline the next can only be a whole timeout away.
    FutexWait(stop_, 0, deadline.count() != 0 ? deadline - now : checker_.options().hang_timeout);
  }
}

void HangWatch::ReportAndEnd() {
  last_resort_.EndSoon();
  registry::EndUnfinished();  // this thread is going to end the process
  LeakReport report = LookAtAll(checker_);
  report.hang = true;
  if (report.verdict != Verdict::kCouldNotLook) report.verdict = Verdict::kHang;
  report.waited = checker_.options().hang_timeout;
  {
    const MutexLock lock(mutex_);
    report.test = scope_;
    report.phase = phase_;
  }
  if (report::ReportFile* const json = JsonReport(checker_.options())) {
    json->TestChecked(report.test);
    SayOnce(json->Add(report));
  }
  const std::string text = report.ToText(checker_.options().verbose);
  Print(text, checker_.options().color);
  last_resort_.Reported();
  if (on_hang_) on_hang_(text);
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

}  // namespace taskleak::run
