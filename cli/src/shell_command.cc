#include "shell_command.h"

#include <string_view>

namespace taskleak::cli {
namespace {

constexpr std::string_view kNeedNoQuotes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./%@";

// In single quotes, everything but a single quote stands for itself.
std::string ShellWord(const std::string& word) {
  if (!word.empty() && word.find_first_not_of(kNeedNoQuotes) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + '\'';
}

}  // namespace

std::string ShellCommand(std::string command, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) command += ' ' + ShellWord(argument);
  return command;
}

}  // namespace taskleak::cli
