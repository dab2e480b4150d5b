#include "run/find_leaks.h"

#include <string>
#include <utility>

#include "report/describe.h"
#include "run/adopt.h"
#include "run/guarded.h"
#include "run/unused_options.h"
#include "taskleak/alive.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace run {
namespace {

LeakReport CouldNotLook(std::string why) {
  LeakReport report;
  report.verdict = Verdict::kCouldNotLook;
  report.could_not_look = std::move(why);
  return report;
}

LeakReport NoMemory() {
  return CouldNotLook("out of memory");  // short enough for a string without memory of its own
}

// Returns the result of `look`, or a report that says why it failed. `test` was looked at.
template <typename Look>
LeakReport OrCouldNotLook(std::string_view test, Look look) {
  return UnlessItThrows(look, NoMemory, [test](const char* what) {
    LeakReport report = CouldNotLook(std::string("an exception ended the look: ") + what);
    report.test = test;
    return report;
  });
}

// Adds notes about what the program allowed to stay, which must appear in some report.
LeakReport Look(const check::Checker& checker, const Snapshot& before, std::string_view test,
                registry::Origin scope, alive::BirthMark* last_look) {
  check::Outcome outcome = checker.FindLeaks(before, test, scope);
  *last_look = outcome.last_look;
  for (check::AllowedLeaks& each : TakeAllowed()) outcome.notes.emplace_back(std::move(each));
  return report::Describe(std::move(outcome));
}

}  // namespace

Found FindLeaks(const check::Checker& checker, const Snapshot& before, std::string_view test,
                registry::Origin scope) {
  Found found;
  found.report =
      OrCouldNotLook(test, [&] { return Look(checker, before, test, scope, &found.last_look); });
  return found;
}

LeakReport LookAtAll(const check::Checker& checker) {
  return OrCouldNotLook({}, [&] { return report::Describe(checker.LookAtAll()); });
}

LeakReport FindUnverified(const check::Checker& checker) {
  LeakReport report =
      OrCouldNotLook({}, [&] { return report::Describe(checker.FindUnverifiedCoroutines()); });
  if (report.verdict == Verdict::kLeak) report.verdict = Verdict::kAlive;
  return report;
}

}  // namespace run

LeakReport FindLeaks(const Snapshot& before, const Options& options) {
  const auto look = [&] {
    run::RefuseUnusedInLook(options);
    return run::FindLeaks(check::Checker(options), before, {}, 0).report;
  };
  return run::UnlessNoMemory(look, run::NoMemory);
}

LeakReport FindAlive() {
  LeakReport report = run::LookAtAll(check::Checker::WithoutRules());
  report.everything = true;
  if (report.verdict != Verdict::kCouldNotLook) report.verdict = Verdict::kAlive;
  return report;
}

}  // namespace taskleak
