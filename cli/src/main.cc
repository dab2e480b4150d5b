// The taskleak program.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "commands.h"

namespace taskleak::cli {
namespace {

// Returns "write, check, prune".
std::string CommandsOf(const CLI::App& app) {
  std::string names;
  for (const CLI::App* const each : app.get_subcommands([](const CLI::App*) { return true; }))
    names += (names.empty() ? "" : ", ") + each->get_name();
  return names;
}

// Returns what is wrong with the name of the command, or an empty text if nothing is.
std::string FaultOfCommand(const CLI::App& app) {
  const CLI::App* in = &app;
  while (!in->get_subcommands().empty()) in = in->get_subcommands().front();
  if (in->get_require_subcommand_min() == 0) return {};
  const std::vector<std::string> rest = in->remaining();
  const std::string fault =
      rest.empty()
          ? "a command is missing"
          : fmt::format("there is no {} \"{}\"",
                        rest.front().starts_with('-') ? "option" : "command", rest.front());
  const std::string name = in == &app ? "taskleak" : "taskleak " + in->get_name();
  return fmt::format("{}. {} has the commands {}; {} --help describes them", fault, name,
                     CommandsOf(*in), name);
}

// Prints the requested help or version, or what is wrong with the arguments.
ExitCode End(const CLI::App& app, const CLI::ParseError& error) {
  const bool is_command = error.get_name() == "RequiredError" || error.get_name() == "ExtrasError";
  const std::string fault = is_command ? FaultOfCommand(app) : std::string();
  if (fault.empty()) return app.exit(error) == 0 ? kClean : kUsage;
  Complain({fault});
  return kUsage;
}

int Run(int argc, char** argv) {
  CLI::App app("Finds threads and tasks that tests leave behind: reads reports, keeps the gate.");
  app.set_version_flag("--version", "taskleak " TASKLEAK_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 clean, 1 leaks, 2 bad arguments, 3 could not look (unreadable input), "
      "4 (run --hang) the program hung.\n"
      "TASKLEAK_OPTIONS=json=PATH makes a test program write a report.");
  ExitCode exit_code = kClean;
  AddRunCommand(app, &exit_code);
  AddReportCommand(app, &exit_code);
  AddMergeCommand(app, &exit_code);
  AddDiffCommand(app, &exit_code);
  AddBaselineCommand(app, &exit_code);
  AddKnownCommand(app, &exit_code);
  AddExplainCommand(app, &exit_code);
  AddSelfTestCommand(app, &exit_code);
  AddDumpCommand(app, &exit_code);
  AddFleetCommand(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return End(app, error);
  } catch (const std::exception& error) {
    Complain({error.what()});
    return kCouldNotLook;
  }
  return exit_code;
}

}  // namespace
}  // namespace taskleak::cli

int main(int argc, char** argv) {
  try {
    return taskleak::cli::Run(argc, argv);
  } catch (const std::exception& error) {  // no memory to say more
    static_cast<void>(std::fprintf(stderr, "taskleak: %s\n", error.what()));
    return taskleak::cli::kCouldNotLook;
  }
}
