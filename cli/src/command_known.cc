// taskleak known: lists the threads that are ignored without any rule.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "commands.h"
#include "rules/known_threads.h"

namespace taskleak::cli {
namespace {

std::string KnownList() {
  std::string text;
  for (const rules::KnownThreads& known : rules::AllKnownThreads()) {
    text += fmt::format("{:<12} {}\n", known.name, known.what);
    if (!known.how.empty()) text += fmt::format("{:<12}   {}\n", "", known.how);
    for (const rules::KnownRule& rule : known.rules)
      text += fmt::format("{:<12}   {}\n", "", rule.ToString());
    for (const rules::Pattern& command : known.commands)
      text += fmt::format("{:<12}   process:{}\n", "", command.text());
  }
  return text;
}

}  // namespace

void AddKnownCommand(CLI::App& app, ExitCode* exit_code) {
  CLI::App* const command =
      app.add_subcommand("known",
                         "List the background threads and processes that are "
                         "ignored without any rule (report_known=NAME reports them)");
  command->callback([exit_code] { *exit_code = Write("-", KnownList(), kClean); });
}

}  // namespace taskleak::cli
