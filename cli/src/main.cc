// The taskleak program.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

#include "commands.h"

namespace taskleak::cli {
namespace {

int Run(int argc, char** argv) {
  CLI::App app("Finds threads and tasks that tests leave behind: reads reports, keeps the gate.");
  app.set_version_flag("--version", "taskleak " TASKLEAK_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 clean, 1 leaks, 2 bad arguments, 3 could not look (unreadable input), 4 run "
      "--hang: it hung.\n"
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
    return app.exit(error) == 0 ? kClean : kUsage;
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
