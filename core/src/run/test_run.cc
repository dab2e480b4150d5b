#include "taskleak/test_run.h"

#include <stdexcept>

#include "check/checker.h"
#include "check/descriptor_check.h"
#include "registry/read_locks.h"
#include "registry/task_life.h"
#include "registry/thread_birth.h"
#include "report/stale_suppressions.h"
#include "run/check_scope.h"
#include "run/exit_watch.h"
#include "run/hang_watch.h"
#include "run/output.h"
#include "run/scope.h"

namespace taskleak {

namespace {

const std::string kRun = "the whole run";

}  // namespace

struct TestRun::Impl {
  Impl(const Options& options, HangHandler hang_handler, ExitHandler exit_handler)
      : checker(options),
        on_hang(std::move(hang_handler)),
        exit(checker.options(), std::move(exit_handler)) {
    const Options& effective = checker.options();
    if (effective.descriptors != OnDescriptors::kOff && effective.on_leak != OnLeak::kOff)
      descriptors.emplace(checker);
  }

  // With check=marked, only marks are checked, and they do that themselves.
  [[nodiscard]] bool ChecksScopes() const { return checker.options().check == CheckScope::kAll; }

  // Checks and closes a scope. Closes the scopes within it first.
  std::optional<std::string> End(run::Scope& scope, std::string_view name, bool marked) const {
    registry::CloseInner(scope.origin());
    std::optional<std::string> text;
    if (marked || ChecksScopes())
      text = run::CheckScope(checker, scope.before(), name, scope.origin());
    scope.Close();
    return text;
  }

  // Does the same for a test or a piece of one. Descriptors belong only to these scopes.
  std::optional<std::string> EndTest(run::Scope& scope, std::string_view name, bool marked) {
    if (!descriptors || !(marked || ChecksScopes())) return End(scope, name, marked);
    descriptors->EndBody();
    auto text = End(scope, name, marked);
    const auto of_descriptors = run::CheckDescriptors(*descriptors, checker.options(), name);
    if (!of_descriptors) return text;
    return text ? *text + '\n' + *of_descriptors : of_descriptors;
  }

  void Await(std::string_view scope, std::string_view phase) const {
    if (watch != nullptr) watch->Arm(scope, phase);
  }
  void AwaitCodeAfter(const std::string& name, std::string_view scope) const {
    if (watch != nullptr) watch->Arm(scope, "the code after " + name);
  }
  void AwaitNothing() const {
    if (watch != nullptr) watch->Disarm();
  }

  check::Checker checker;
  std::optional<check::DescriptorCheck>
      descriptors;  // nothing if off: then no system calls are made
  HangHandler on_hang;
  run::ExitWatch exit;
  std::unique_ptr<run::HangWatch> watch;
  run::Scope run;
  run::Scope suite;
  run::Scope test;
  run::Scope piece;
  std::string suite_name;   // as the framework names it
  std::string suite_scope;  // as reports name it
  std::string test_name;
};

TestRun::TestRun(const Options& options, HangHandler on_hang, ExitHandler on_exit)
    : impl_(std::make_unique<Impl>(options, std::move(on_hang), std::move(on_exit))) {
  registry::SetRecording(impl_->checker.options().hooks &&
                         impl_->checker.options().on_leak != OnLeak::kOff);
  registry::RecordReadLocks(impl_->checker.options().lock_hooks &&
                            impl_->checker.options().on_leak != OnLeak::kOff);
  registry::SetTaskStacks(impl_->checker.options().task_stacks);
  // A path that cannot be written is reported before any test runs.
  if (report::ReportFile* const json = run::JsonReport(impl_->checker.options())) {
    if (const std::string error = json->CheckWritable(); !error.empty())
      throw std::invalid_argument(error);
  }
}

TestRun::~TestRun() = default;

void TestRun::ExpectExit() { impl_->exit.Allow(); }

void TestRun::RunStarted() {
  const Options& options = impl_->checker.options();
  if (report::ReportFile* const json = run::JsonReport(options)) run::SayOnce(json->MakeFolder());
  if (options.hang_timeout.count() > 0 && options.on_leak != OnLeak::kOff &&
      impl_->watch == nullptr) {
    impl_->watch = std::make_unique<run::HangWatch>(impl_->checker, impl_->on_hang);
  }
  impl_->Await(kRun, "the code before the first test");
  impl_->run.Open(kRun, registry::ScopeKind::kRun);
}

void TestRun::SuiteStarted(std::string_view suite) {
  impl_->suite_name = suite;
  impl_->suite_scope = impl_->suite_name + " (the whole suite)";
  impl_->Await(suite, "the set-up of the suite");
  impl_->exit.Begin(impl_->suite_scope);
  impl_->suite.Open(impl_->suite_scope, registry::ScopeKind::kFrame);
}

void TestRun::TestStarted(std::string_view test) {
  impl_->test_name = test;
  impl_->Await(test, {});
  impl_->exit.Begin(test);
  impl_->test.Open(test, registry::ScopeKind::kFrame);
  if (impl_->descriptors) impl_->descriptors->Begin();
}

std::optional<std::string> TestRun::TestEnded(bool marked) {
  impl_->AwaitNothing();
  impl_->piece.Close();
  auto text = impl_->EndTest(impl_->test, impl_->test_name, marked);
  impl_->exit.Begin(impl_->suite.is_open() ? impl_->suite_scope : kRun);
  impl_->AwaitCodeAfter(impl_->test_name, impl_->suite.is_open() ? impl_->suite_name : kRun);
  return text;
}

void TestRun::PieceStarted() { impl_->piece.Open(impl_->test_name, registry::ScopeKind::kFrame); }

std::optional<std::string> TestRun::PieceEnded(std::string_view piece, bool marked) {
  impl_->AwaitNothing();
  auto text = impl_->EndTest(impl_->piece, piece, marked);
  impl_->AwaitCodeAfter(impl_->test_name, impl_->suite.is_open() ? impl_->suite_name : kRun);
  return text;
}

std::optional<std::string> TestRun::SuiteEnded() {
  impl_->AwaitNothing();
  auto text = impl_->End(impl_->suite, impl_->suite_scope, false);
  impl_->exit.Begin(kRun);
  impl_->AwaitCodeAfter(impl_->suite_name, kRun);
  return text;
}

void TestRun::PhaseStarted(std::string_view phase, std::string_view scope) {
  impl_->Await(scope.empty() ? kRun : scope, phase);
}

std::optional<std::string> TestRun::RunEnded() {
  const Options& options = impl_->checker.options();
  impl_->AwaitNothing();
  std::string text = impl_->End(impl_->run, kRun, false).value_or("");
  impl_->exit.End();
  if (options.coroutines == CoroutineSearch::kScan && options.on_leak != OnLeak::kOff)
    run::ReportUnverified(impl_->checker, kRun);
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
