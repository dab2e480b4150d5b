#include "run/find_leaks.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "report/describe.h"
#include "run/adopt.h"
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

// What `look` returns, or a report that says that there was no memory for it.
template <typename Look>
LeakReport UnlessNoMemory(Look look) {
  try {
    return look();
  } catch (const std::bad_alloc&) {
    return CouldNotLook("out of memory");  // short enough for a string without memory of its own
  }
}

// The same for whatever the look throws, as a predicate of the program may. `test` was looked at.
template <typename Look>
LeakReport OrCouldNotLook(std::string_view test, Look look) {
  return UnlessNoMemory([&] {
    try {
      return look();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      LeakReport report = CouldNotLook(std::string("an exception ended the look: ") + error.what());
      report.test = test;
      return report;
    }
  });
}

// With what the program allowed to stay, which is to be seen in some report.
LeakReport Look(const check::Checker& checker, const Snapshot& before, std::string_view test,
                registry::Origin scope, alive::BirthMark* last_look) {
  check::Outcome outcome = checker.FindLeaks(before, test, scope);
  *last_look = outcome.last_look;
  for (check::AllowedLeaks& each : TakeAllowed()) outcome.notes.emplace_back(std::move(each));
  return report::Describe(std::move(outcome));
}

// Throws if an option is set that a look with a report as its result does not use.
void RefuseUnused(const Options& options) {
  const Options defaults;
  std::string unused;
  const auto refuse = [&unused](bool is_set, std::string_view option) {
    if (is_set) unused.append(unused.empty() ? "" : ", ").append(option);
  };
  refuse(options.on_leak == OnLeak::kWarn, "on_leak=warn");
  refuse(options.check != defaults.check, "check");
  refuse(options.hang_timeout != defaults.hang_timeout, "hang_timeout");
  refuse(options.descriptors != defaults.descriptors, "descriptors");
  refuse(options.stale != defaults.stale, "stale");
  refuse(options.json != defaults.json, "json");
  refuse(options.color != defaults.color, "color");
  refuse(options.task_stacks != defaults.task_stacks, "task_stacks");
  refuse(options.coroutines != defaults.coroutines, "coroutines");
  refuse(options.lock_hooks != defaults.lock_hooks, "lock_hooks");
  if (unused.empty()) return;
  throw std::invalid_argument(
      "FindLeaks returns a report and prints, writes and fails nothing, so these options have no "
      "effect: " +
      unused +
      "; it accepts drain, drain_max, stillness, suppressions, processes, hooks, verbose, "
      "report_known, ignore and on_leak=off");
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
  run::RefuseUnused(options);
  return run::UnlessNoMemory(
      [&] { return run::FindLeaks(check::Checker(options), before, {}, 0).report; });
}

LeakReport FindAlive() {
  LeakReport report = run::LookAtAll(check::Checker::WithoutRules());
  report.everything = true;
  if (report.verdict != Verdict::kCouldNotLook) report.verdict = Verdict::kAlive;
  return report;
}

}  // namespace taskleak
