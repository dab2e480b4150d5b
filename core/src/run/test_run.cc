#include "taskleak/test_run.h"

#include <stdexcept>

#include "check/checker.h"
#include "registry/origin.h"
#include "registry/task_life.h"
#include "registry/thread_birth.h"
#include "report/stale_suppressions.h"
#include "run/check_scope.h"
#include "run/hang_watch.h"
#include "run/output.h"

namespace taskleak {

namespace {

const std::string kRun = "the whole run";

}  // namespace

struct TestRun::Impl {
  Impl(const Options& options, HangHandler handler)
      : checker(options), on_hang(std::move(handler)) {}

  // The checks of a marks-only run are the marks' own.
  [[nodiscard]] bool ChecksScopes() const { return checker.options().check == CheckScope::kAll; }

  std::optional<std::string> End(const Snapshot& before, std::string_view scope) const {
    return ChecksScopes() ? run::CheckScope(checker, before, scope) : std::nullopt;
  }

  void Await(std::string_view scope, std::string_view phase) const {
    if (watch != nullptr) watch->Arm(scope, phase);
  }
  void AwaitWhatFollows(const std::string& name, std::string_view scope) const {
    if (watch != nullptr) watch->Arm(scope, "what follows " + name);
  }
  void AwaitNothing() const {
    if (watch != nullptr) watch->Disarm();
  }

  check::Checker checker;
  HangHandler on_hang;
  std::unique_ptr<run::HangWatch> watch;
  Snapshot run;
  Snapshot suite;
  Snapshot test;
  std::string suite_name;   // as the framework has it; empty outside of suites
  std::string suite_scope;  // the same in reports
  std::string test_name;
};

TestRun::TestRun(const Options& options, HangHandler on_hang)
    : impl_(std::make_unique<Impl>(options, std::move(on_hang))) {
  registry::SetRecording(impl_->checker.options().hooks &&
                         impl_->checker.options().on_leak != OnLeak::kOff);
  registry::SetTaskStacks(impl_->checker.options().task_stacks);
  // A path that cannot be written is said before any test runs.
  if (report::ReportFile* const json = run::JsonReport(impl_->checker.options())) {
    if (const std::string error = json->CheckWritable(); !error.empty())
      throw std::invalid_argument(error);
  }
}

TestRun::~TestRun() = default;

void TestRun::RunStarted() {
  const Options& options = impl_->checker.options();
  registry::SetCurrentOrigin(kRun);
  if (options.hang_timeout.count() > 0 && options.on_leak != OnLeak::kOff &&
      impl_->watch == nullptr) {
    impl_->watch = std::make_unique<run::HangWatch>(impl_->checker, impl_->on_hang);
  }
  impl_->Await(kRun, "what comes before the first test");
  impl_->run = Snapshot::Take();
}

void TestRun::SuiteStarted(std::string_view suite) {
  impl_->suite_name = suite;
  impl_->suite_scope = impl_->suite_name + " (the whole suite)";
  registry::SetCurrentOrigin(impl_->suite_scope);
  impl_->Await(suite, "the set-up of the suite");
  impl_->suite = Snapshot::Take();
}

Snapshot TestRun::TestStarted(std::string_view test) {
  impl_->test_name = test;
  registry::SetCurrentOrigin(test);
  impl_->Await(test, {});
  impl_->test = Snapshot::Take();
  return impl_->test;
}

std::optional<std::string> TestRun::TestEnded() {
  return TestEnded(impl_->test, impl_->test_name, false);
}

std::optional<std::string> TestRun::TestEnded(const Snapshot& since, std::string_view scope,
                                              bool marked) {
  impl_->AwaitNothing();
  auto text = marked ? run::CheckScope(impl_->checker, since, scope) : impl_->End(since, scope);
  const bool in_suite = !impl_->suite_name.empty();
  registry::SetCurrentOrigin(in_suite ? impl_->suite_scope : kRun);
  impl_->AwaitWhatFollows(impl_->test_name, in_suite ? impl_->suite_name : kRun);
  return text;
}

std::optional<std::string> TestRun::SuiteEnded() {
  impl_->AwaitNothing();
  auto text = impl_->End(impl_->suite, impl_->suite_scope);
  impl_->AwaitWhatFollows(impl_->suite_name, kRun);
  return text;
}

void TestRun::PhaseStarted(std::string_view phase, std::string_view scope) {
  impl_->Await(scope.empty() ? kRun : scope, phase);
}

std::optional<std::string> TestRun::RunEnded() {
  const Options& options = impl_->checker.options();
  impl_->AwaitNothing();
  std::string text = impl_->End(impl_->run, kRun).value_or("");
  if (report::ReportFile* const json = run::JsonReport(options)) run::SayOnce(json->Finish());
  if (options.stale != OnStale::kOff && options.on_leak != OnLeak::kOff) {
    const std::string stale = report::StaleSuppressions(rules::CountSuppressionUse());
    if (options.stale == OnStale::kFail)
      text += (text.empty() ? "" : "\n") + stale;
    else if (!stale.empty())
      run::Print(stale, options.color);
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace taskleak
