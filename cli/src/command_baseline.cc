// taskleak baseline: known leaks pass, new ones fail.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>

#include "baseline.h"
#include "commands.h"
#include "report/wording.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct BaselineArguments {
  std::string baseline;
  std::vector<std::string> files;
  std::string owner;
  std::string stale = "warn";
  bool flaky = false;
};

// Reads a baseline. If the file cannot be read or is bad, says why and returns nothing. If
// `may_be_new`, a file that does not exist is an empty baseline.
std::optional<Baseline> Load(const BaselineArguments& arguments, bool may_be_new) {
  std::error_code error;
  if (may_be_new && !std::filesystem::exists(arguments.baseline, error) && !error)
    return Baseline();
  try {
    return Baseline::FromFile(arguments.baseline, arguments.files);
  } catch (const std::invalid_argument& bad) {
    Complain({bad.what()});
    return std::nullopt;
  }
}

std::string WorseLines(const Baseline::Comparison& comparison, const LeakTable& leaks) {
  std::string text;
  for (const auto& [key, leak, allowed] : comparison.worse) {
    text += fmt::format("{} {}  {}: {}", allowed == 0 ? "new  " : "grown", key.signature, key.test,
                        leak.title);
    if (allowed > 0) text += fmt::format(" (known: {})", allowed);
    if (leaks.IsFlaky(key, leak))
      text += fmt::format(" (flaky: {} of {} runs)", leak.seen, leaks.TimesChecked(key.test));
    text += leak.place.empty() ? "\n" : fmt::format(", {}\n", leak.place);
  }
  return text;
}

std::string MovedLines(const Baseline::Comparison& comparison) {
  std::string text;
  for (const auto& [key, leak, from] : comparison.moved) {
    text +=
        fmt::format("moved {}  {}: {} (known in {})", key.signature, key.test, leak.title, from);
    text += leak.place.empty() ? "\n" : fmt::format(", {}\n", leak.place);
  }
  return text;
}

ExitCode Check(const BaselineArguments& arguments) {
  const std::optional<Baseline> baseline = Load(arguments, /*may_be_new=*/false);
  if (!baseline) return kCouldNotLook;
  LeakTable leaks;
  const bool broken = Complain(ReadFilesInto(arguments.files, leaks)) || leaks.could_not_look() > 0;
  const Baseline::Comparison comparison = baseline->Compare(leaks, rules::Today());
  std::string text = WorseLines(comparison, leaks) + MovedLines(comparison);
  for (const rules::Suppression* entry : comparison.gone)
    text += fmt::format("gone  {}\n", rules::ToLine(*entry));
  text += fmt::format("{} new or grown, {} known", comparison.worse.size(), comparison.known);
  if (!comparison.moved.empty()) text += fmt::format(", {} moved", comparison.moved.size());
  text += fmt::format(", {} gone", comparison.gone.size());
  if (!comparison.flaky_absent.empty())
    text += fmt::format(", {} flaky and absent", comparison.flaky_absent.size());
  if (comparison.not_looked_at > 0)
    text += fmt::format(", {} in tests that were not checked", comparison.not_looked_at);
  if (leaks.could_not_look() > 0)
    text += fmt::format(", {} that could not be looked at",
                        report::Count(leaks.could_not_look(), "test"));
  text += comparison.gone.empty() ? "\n" : "; to take what is gone out of the file:\n";
  const bool failed =
      !comparison.worse.empty() || (arguments.stale == "fail" && !comparison.gone.empty());
  // A command to copy stays whole, however narrow the terminal is.
  const std::string prune =
      comparison.gone.empty()
          ? ""
          : Baseline::Command("prune", arguments.baseline, arguments.files) + '\n';
  return Write("-", TextFor("-", report::Printable(text)) + report::Printable(prune),
               failed   ? kLeaks
               : broken ? kCouldNotLook
                        : kClean);
}

// Writes nothing if the input is incomplete, because missing leaks would seem to be gone.
ExitCode Change(const BaselineArguments& arguments, bool may_be_new,
                const std::function<std::string(Baseline&, const LeakTable&)>& change) {
  std::optional<Baseline> baseline = Load(arguments, may_be_new);
  if (!baseline) return kCouldNotLook;
  LeakTable leaks;
  if (Complain(ReadFilesInto(arguments.files, leaks))) {
    Complain({arguments.baseline + " is left as it was"});
    return kCouldNotLook;
  }
  const std::string summary = change(*baseline, leaks);
  const ExitCode written = Write(arguments.baseline, baseline->ToText(), kClean);
  if (written == kClean) std::printf("%s: %s\n", arguments.baseline.c_str(), summary.c_str());
  return written;
}

ExitCode WriteBaseline(const BaselineArguments& arguments) {
  return Change(arguments, /*may_be_new=*/true, [&](Baseline& baseline, const LeakTable& leaks) {
    const std::size_t before = baseline.size();
    baseline.Accept(leaks, rules::Today(), arguments.owner);
    return fmt::format("{} added, {} in all", report::Count(baseline.size() - before, "leak"),
                       baseline.size());
  });
}

ExitCode Prune(const BaselineArguments& arguments) {
  return Change(arguments, /*may_be_new=*/false, [&](Baseline& baseline, const LeakTable& leaks) {
    const Baseline::Pruned pruned = baseline.Prune(leaks, arguments.flaky);
    return fmt::format("{} removed, {} lowered, {} left", pruned.removed, pruned.lowered,
                       baseline.size());
  });
}

CLI::App* AddVerb(CLI::App* baseline, const char* name, const char* what,
                  const std::shared_ptr<BaselineArguments>& arguments) {
  CLI::App* const verb = baseline->add_subcommand(name, what);
  verb->add_option("BASELINE", arguments->baseline, "The file of known leaks")->required();
  verb->add_option("FILE", arguments->files,
                   "JSON reports; a folder stands for its *.json files, - for standard input")
      ->required();
  return verb;
}

}  // namespace

void AddBaselineCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<BaselineArguments>();
  CLI::App* const baseline =
      app.add_subcommand("baseline", "Let known leaks pass and new ones fail");
  baseline->require_subcommand(1);
  CLI::App* const write =
      AddVerb(baseline, "write", "Add all leaks of the reports; nothing is removed", arguments);
  write->add_option("--owner", arguments->owner, "The owner of the new entries");
  write->callback([arguments, exit_code] { *exit_code = WriteBaseline(*arguments); });
  CLI::App* const check =
      AddVerb(baseline, "check", "Exit with code 1 if there are new leaks, or more of a known one",
              arguments);
  check->add_option("--stale", arguments->stale, "warn or fail if entries are gone (default: warn)")
      ->check(CLI::IsMember({"warn", "fail"}));
  check->callback([arguments, exit_code] { *exit_code = Check(*arguments); });
  CLI::App* const prune = AddVerb(
      baseline, "prune", "Remove entries that are gone and lower counts that shrank", arguments);
  prune->add_flag("--flaky", arguments->flaky, "Also remove and lower flaky entries");
  prune->callback([arguments, exit_code] { *exit_code = Prune(*arguments); });
}

}  // namespace taskleak::cli
