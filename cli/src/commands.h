// The subcommands, one in each command_NAME.cc.
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

// Each adds its subcommand to `app`; running it sets `*exit_code`.
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

/// Says on standard error what was wrong with the input. Returns whether anything was.
bool Complain(const std::vector<std::string>& complaints);

/// Returns `otherwise`, or kCouldNotLook, having said it, if there is an error.
ExitCode Complain(const std::string& error, ExitCode otherwise);

/// Writes a command's result. Returns `otherwise`, or kCouldNotLook, having said why, if that
/// fails.
ExitCode Write(const std::string& path, const std::string& text, ExitCode otherwise);

/// What a report says: leaks, or nothing found, or that not everything could be looked at
/// (`broken`: neither could all of the input be read). In a look at everything only deadlocks
/// count.
ExitCode VerdictOf(const RunReport& report, bool broken);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_COMMANDS_H_
