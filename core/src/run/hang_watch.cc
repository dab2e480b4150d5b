#include "run/hang_watch.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "explain/wait_graph.h"
#include "linux/arch/futex.h"
#include "registry/process_end.h"
#include "report/hang_order.h"
#include "run/find_leaks.h"
#include "run/output.h"

namespace taskleak::run {
namespace {

// Most tests are over by then.
constexpr std::chrono::seconds kFirstLook{1};

}  // namespace

HangWatch::HangWatch(const check::Checker& checker, TestRun::HangHandler on_hang)
    : checker_(checker),
      on_hang_(std::move(on_hang)),
      last_resort_(checker.options().json),
      thread_("taskleak-watch", [this] { Watch(); }) {}

HangWatch::~HangWatch() {
  stop_.store(1);
  platform::FutexWake(stop_);
  thread_.Join();
}

void HangWatch::Arm(std::string_view scope, std::string_view phase) {
  {
    const MutexLock lock(mutex_);
    scope_ = scope;
    phase_ = phase;
  }
  last_resort_.SetScope(scope, phase);
  test_thread_.store(gettid());
  armed_.store(Clock::now().time_since_epoch().count());
}

void HangWatch::Disarm() { armed_.store(0); }

void HangWatch::Watch() {
  const Clock::duration timeout = checker_.options().hang_timeout;
  while (stop_.load() == 0) {
    const Clock::rep begun = armed_.load();
    const Clock::time_point armed{Clock::duration(begun)};
    const Clock::time_point now = Clock::now();
    // As long as nothing is waited for, the next timeout is at least a whole timeout away.
    Clock::duration pause = std::min<Clock::duration>(timeout, kFirstLook);
    if (begun != 0) {
      if (now >= armed + timeout) ReportAndEnd(Standstill::kNone, now - armed);
      if (now >= NextLook(armed)) {
        const Standstill found = FindStandstill();
        if (found != Standstill::kNone && armed_.load() == begun) ReportAndEnd(found, now - armed);
        looked_ = now;
      }
      pause = std::min(armed + timeout, NextLook(armed)) - now;
    }
    platform::FutexWait(stop_, 0, pause);
  }
}

// Returns the time of the next look: after a second, and then whenever the time has doubled.
HangWatch::Clock::time_point HangWatch::NextLook(Clock::time_point armed) const {
  return armed + std::max<Clock::duration>(kFirstLook, 2 * (looked_ - armed));
}

// Takes memory, so it may get stuck like a report.
Standstill HangWatch::FindStandstill() {
  last_resort_.EndSoon(checker_.options().hang_timeout);
  // In this order: once the process is still, a deadlock has been closed or never will be.
  const bool still = IsStill();
  const bool deadlock = explain::IsInDeadlock(test_thread_.load());
  last_resort_.NotYet();
  if (deadlock) return Standstill::kDeadlock;
  return still ? Standstill::kAllAsleep : Standstill::kNone;
}

// The thread of the last resort has just been woken, and goes to sleep again.
bool HangWatch::IsStill() {
  constexpr int kMostLooks = 4;
  for (int i = 0; i < kMostLooks; ++i) {
    if (stillness_.IsShown(std::nullopt)) return true;
    platform::FutexWait(stop_, 0, std::chrono::milliseconds(1 << i));
  }
  return false;
}

void HangWatch::ReportAndEnd(Standstill standstill, Clock::duration waited) {
  last_resort_.EndSoon();
  registry::EndUnfinished();  // this thread is going to end the process
  LeakReport report = LookAtAll(checker_);
  report::PutWaitersFirst(report, test_thread_.load());
  report.hang = true;
  if (report.verdict != Verdict::kCouldNotLook) report.verdict = Verdict::kHang;
  report.standstill = standstill;
  report.waited = std::chrono::duration_cast<std::chrono::milliseconds>(
      standstill == Standstill::kNone ? checker_.options().hang_timeout : waited);
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
  last_resort_.Reported(text);
  if (on_hang_)
    on_hang_(text);
  else
    Print(text, checker_.options().color);
  last_resort_.Printed();
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

}  // namespace taskleak::run
