#include "run/check_scope.h"

#include <cstdint>
#include <cstdio>

#include "alive/background.h"
#include "alive/descent.h"
#include "registry/thread_birth.h"
#include "report/describe.h"
#include "report/note_words.h"
#include "run/find_leaks.h"
#include "run/guarded.h"
#include "run/output.h"
#include "run/planted_leak.h"
#include "run/unused_options.h"
#include "taskleak/test_run.h"

namespace taskleak {
namespace run {
namespace {

// Makes reported units background, so that no other scope is blamed for them. If nothing else is
// left of the scope, all that descends from it becomes background too: successors may have been
// born since.
void AdoptReported(const LeakReport& report, registry::Origin judge,
                   const alive::BirthMark& last_look) {
  alive::UnitIds reported;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) reported.Add(unit.kind, unit.id);
  }
  alive::Adopt(reported);
  if (judge != 0 && !alive::IsAnythingLeft(judge, last_look)) registry::MakeBackground(judge);
}

// Adds the report to the JSON report. Returns the text that fails the test, or prints it instead.
std::optional<std::string> Report(const LeakReport& report, const Options& options, bool fails) {
  report::ReportFile* const json = JsonReport(options);
  const bool has_news = !report.empty() || !report.notes.empty();
  if (json != nullptr && has_news) SayOnce(json->Add(report));
  if (report.empty()) return std::nullopt;
  std::string text = report.ToText(options.verbose);
  if (fails) return text;
  Print(text, options.color);
  return std::nullopt;
}

std::optional<std::string> Failure(OnLeak on_leak, const char* why) {
  if (on_leak == OnLeak::kFail) return why;
  std::fprintf(stderr, "taskleak: %s\n", why);
  return std::nullopt;
}

// Returns the result of `check`, or a failure that says why there is none.
template <typename Check>
std::optional<std::string> OrFailure(OnLeak on_leak, Check check) {
  return UnlessItThrows(
      check,
      // This text is so short that it needs no memory of its own.
      [on_leak] { return Failure(on_leak, "out of memory"); },
      [on_leak](const char* what) { return Failure(on_leak, what); });
}

std::optional<std::string> CheckWithMemory(const check::Checker& checker, const Snapshot& before,
                                           std::string_view scope, registry::Origin judge) {
  const Options& options = checker.options();
  if (options.on_leak == OnLeak::kOff) return std::nullopt;
  const PlantedLeak planted(scope);
  const Found found = FindLeaks(checker, before, scope, judge);
  const LeakReport& report = found.report;
  planted.Look(report);
  if (report::ReportFile* const json = JsonReport(options)) json->TestChecked(scope);
  if (const std::uint64_t count = registry::CountUnrecorded(); count > 0)
    SayOnce(report::NoteText(check::UnrecordedBirths{count}));  // a clean result proves less then
  if (!report.groups.empty()) AdoptReported(report, judge, found.last_look);
  return Report(report, options, options.on_leak == OnLeak::kFail);
}

// Reports descriptors separately: they may only cause a warning while threads fail the test.
std::optional<std::string> CheckWithMemory(check::DescriptorCheck& descriptors,
                                           const Options& options, std::string_view test) {
  auto outcome = descriptors.Judge(test);
  const LeakReport report = outcome ? report::Describe(*std::move(outcome))
                                    : report::CannotListDescriptors(outcome.error(), test);
  return Report(report, options,
                options.on_leak == OnLeak::kFail && options.descriptors == OnDescriptors::kFail);
}

}  // namespace

std::optional<std::string> CheckScope(const check::Checker& checker, const Snapshot& before,
                                      std::string_view scope, registry::Origin judge) {
  return OrFailure(checker.options().on_leak,
                   [&] { return CheckWithMemory(checker, before, scope, judge); });
}

std::optional<std::string> CheckDescriptors(check::DescriptorCheck& descriptors,
                                            const Options& options, std::string_view test) {
  return OrFailure(options.on_leak, [&] { return CheckWithMemory(descriptors, options, test); });
}

void ReportUnverified(const check::Checker& checker, std::string_view scope) {
  const Options& options = checker.options();
  const auto report = [&]() -> std::optional<std::string> {
    LeakReport found = FindUnverified(checker);
    if (found.groups.empty()) return std::nullopt;
    found.test = scope;
    if (report::ReportFile* const json = JsonReport(options)) SayOnce(json->Add(found));
    Print(
        "a search of memory at the end of the run found these coroutines. They are unverified and "
        "fail no test\n" +
            found.ToText(options.verbose),
        options.color);
    return std::nullopt;
  };
  static_cast<void>(OrFailure(OnLeak::kWarn, report));
}

}  // namespace run

std::optional<std::string> CheckScopeSince(const Snapshot& before, std::string_view scope,
                                           const Options& options) {
  const auto check = [&] {
    run::RefuseUnusedInScope(options);
    return run::CheckScope(check::Checker(options), before, scope, 0);
  };
  return run::UnlessNoMemory(check, [&] { return run::Failure(options.on_leak, "out of memory"); });
}

}  // namespace taskleak
