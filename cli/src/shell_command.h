// Commands that a message shows, to be pasted into a shell.
#ifndef TASKLEAK_CLI_SHELL_COMMAND_H_
#define TASKLEAK_CLI_SHELL_COMMAND_H_

#include <string>
#include <vector>

namespace taskleak::cli {

/// Returns `command` and its arguments as a shell reads them: arguments in quotes where needed.
std::string ShellCommand(std::string command, const std::vector<std::string>& arguments);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_SHELL_COMMAND_H_
