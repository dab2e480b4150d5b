// The subcommands. Each is in a file command_NAME.cc.
#ifndef TASKLEAK_CLI_COMMANDS_H_
#define TASKLEAK_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "exit_code.h"
#include "run_report.h"

namespace CLI {
class App;
}

namespace taskleak::cli {

// Each function adds its subcommand to `app`. When the subcommand runs, it sets `*exit_code`.
void AddReportCommand(CLI::App& app, ExitCode* exit_code);
void AddMergeCommand(CLI::App& app, ExitCode* exit_code);
void AddDiffCommand(CLI::App& app, ExitCode* exit_code);
void AddBaselineCommand(CLI::App& app, ExitCode* exit_code);
void AddKnownCommand(CLI::App& app, ExitCode* exit_code);
void AddRunCommand(CLI::App& app, ExitCode* exit_code);
void AddExplainCommand(CLI::App& app, ExitCode* exit_code);
void AddSelfTestCommand(CLI::App& app, ExitCode* exit_code);
void AddDumpCommand(CLI::App& app, ExitCode* exit_code);
void AddFleetCommand(CLI::App& app, ExitCode* exit_code);

/// Prints to standard error what was wrong with the input. Returns true if anything was wrong.
bool Complain(const std::vector<std::string>& complaints);

/// Returns `otherwise` if `error` is empty. Otherwise prints the error and returns kCouldNotLook.
ExitCode Complain(const std::string& error, ExitCode otherwise);

/// Writes a command's result, and returns `otherwise`. If that fails, says why and returns
/// kCouldNotLook.
ExitCode Write(const std::string& path, const std::string& text, ExitCode otherwise);

/// Returns the verdict of a report: leaks, nothing found, or not everything could be looked at.
/// `broken` says that a part of the input could not be read. In a look at everything, only
/// deadlocks count.
ExitCode VerdictOf(const RunReport& report, bool broken);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_COMMANDS_H_
