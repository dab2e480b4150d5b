// taskleak explain: shows all that is known about one leak.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "commands.h"
#include "report_reader.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct ExplainArguments {
  std::string signature;
  std::vector<std::string> files;
};

// Returns the test's entry with only the groups of that signature.
LeakReport Select(const LeakReport& report, const std::string& signature) {
  LeakReport selected = report;
  std::erase_if(selected.groups, [&signature](const LeakGroup& group) {
    return !group.signature.starts_with(signature);
  });
  return selected;
}

ExitCode Explain(const ExplainArguments& arguments) {
  std::vector<std::string> complaints;
  const RunReport report = ReadReports(arguments.files, &complaints);
  Complain(complaints);
  std::string text;
  for (const TestEntry& test : report.tests) {
    const LeakReport selected = Select(test.report, arguments.signature);
    if (!selected.groups.empty()) text += selected.ToText(/*verbose=*/true) + '\n';
  }
  if (!text.empty()) return Write("-", TextFor("-", text), kClean);
  Complain({fmt::format("the reports have no leak with the signature {}", arguments.signature)});
  return kCouldNotLook;
}

}  // namespace

void AddExplainCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* const command = app.add_subcommand(
      "explain", "Show one leak in full: every frame, source lines, every test that has it");
  command->add_option("SIGNATURE", arguments->signature, "The signature, or its beginning")
      ->required();
  command
      ->add_option("FILE", arguments->files,
                   "JSON reports or folders of them; - for standard input")
      ->required();
  command->callback([arguments, exit_code] { *exit_code = Explain(*arguments); });
}

}  // namespace taskleak::cli
