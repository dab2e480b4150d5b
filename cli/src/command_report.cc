// taskleak report: writes JSON reports in another format.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "format.h"
#include "report/stale_suppressions.h"
#include "report_reader.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> files;
  std::string format = "text";
  std::string color = "auto";
  std::string output = "-";
  std::string stale = "warn";
  std::string baseline;
  FormatOptions options;
};

ExitCode Report(const ReportArguments& arguments) {
  FormatOptions options = arguments.options;
  if (!arguments.baseline.empty())
    options.baseline = {arguments.baseline,
                        Baseline::FromFile(arguments.baseline, arguments.files)};
  std::vector<std::string> complaints;
  const RunReport report = ReadReports(arguments.files, &complaints);
  const bool broken = Complain(complaints);
  const bool stale =
      arguments.stale == "fail" && !report::StaleSuppressions(report.suppressions).empty();
  const auto format =
      std::find_if(kFormats.begin(), kFormats.end(),
                   [&arguments](const Format& each) { return each.name == arguments.format; });
  std::string text = format->render(report, options);
  if (arguments.format == "text") text = TextFor(arguments.output, text, arguments.color);
  return Write(arguments.output, text, stale ? kLeaks : VerdictOf(report, broken));
}

}  // namespace

void AddReportCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<ReportArguments>();
  arguments->options.root = std::filesystem::current_path().string();
  CLI::App* const command = app.add_subcommand("report", "Render JSON reports in another format");
  std::vector<std::string> names(std::size(kFormats));
  std::ranges::transform(kFormats, names.begin(), &Format::name);
  command
      ->add_option("FILE", arguments->files,
                   "JSON reports; a folder stands for its *.json files, - for standard input")
      ->required();
  command->add_option("-f,--format", arguments->format, "Output format (default: text)")
      ->check(CLI::IsMember(names));
  command->add_option("-o,--output", arguments->output,
                      "File to write, whole or not at all (default: -, standard output)");
  command->add_option(
      "--root", arguments->options.root,
      "Name source files below this folder relative to it (default: the current folder)");
  command->add_option("--color", arguments->color, "auto, always or never (text)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command
      ->add_option(
          "--stale", arguments->stale,
          "fail: exit code 1 if lines of suppression files matched nothing (default: warn)")
      ->check(CLI::IsMember({"warn", "fail"}));
  command->add_option("--baseline", arguments->baseline,
                      "A file of known leaks; leaks that are not in it are marked as new (html)");
  command->add_flag("-v,--verbose", arguments->options.verbose,
                    "All groups and frames (text, junit)");
  command->callback([arguments, exit_code] { *exit_code = Report(*arguments); });
}

}  // namespace taskleak::cli
