// The taskleak program.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
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

// Returns the command that was given, innermost, or the whole program if none was.
const CLI::App& CommandOf(const CLI::App& app) {
  const CLI::App* in = &app;
  while (!in->get_subcommands().empty()) in = in->get_subcommands().front();
  return *in;
}

// Returns "taskleak baseline write".
std::string NameOf(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return parent == nullptr ? "taskleak" : NameOf(*parent) + ' ' + command.get_name();
}

// Returns the first argument that the command does not take, or an empty text.
std::string FirstExtra(const CLI::App& command) {
  const std::vector<std::string> rest = command.remaining();
  const auto extra = std::ranges::find_if(rest, [](const auto& each) { return each != "--"; });
  return extra == rest.end() ? std::string() : *extra;
}

// Returns what is missing of what a command needs: "FILE is missing".
std::string MissingOf(const CLI::App& command) {
  const auto options = command.get_options(
      [](const CLI::Option* each) { return each->get_required() && each->empty(); });
  std::string names;
  for (const CLI::Option* const each : options)
    names += (names.empty() ? "" : " and ") + each->get_name();
  return fmt::format("{} {} missing", names, options.size() == 1 ? "is" : "are");
}

// Returns what is wrong with the arguments of a command.
std::string FaultOf(const CLI::App& command, const CLI::ParseError& error) {
  // The name of an error depends on the version of CLI11, and its exit code does not.
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const bool is_missing = kind == CLI::ExitCodes::RequiredError;
  if (!is_missing && kind != CLI::ExitCodes::ExtrasError) return error.what();
  const bool needs_command = command.get_require_subcommand_min() != 0;
  const std::string extra = FirstExtra(command);
  if (extra.starts_with('-')) return fmt::format("there is no option \"{}\"", extra);
  if (!extra.empty() && needs_command) return fmt::format("there is no command \"{}\"", extra);
  if (!is_missing) return fmt::format("\"{}\" is one argument too many", extra);
  return needs_command ? "a command is missing" : MissingOf(command);
}

// Prints the requested help or version, or what is wrong with the arguments.
ExitCode End(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    app.exit(error);
    return kClean;
  }
  const CLI::App& command = CommandOf(app);
  const bool needs_command = command.get_require_subcommand_min() != 0;
  const std::string name = NameOf(command);
  std::string advice = fmt::format("{} --help describes its arguments", name);
  if (needs_command)
    advice = fmt::format("{} has the commands {}; {} --help describes them", name,
                         CommandsOf(command), name);
  Complain({fmt::format("{}. {}", FaultOf(command, error), advice)});
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
