// taskleak fleet: ranks what is blocked in many processes by the code that created it, from their
// dumps.
#include <CLI/CLI.hpp>

#include <memory>

#include "commands.h"
#include "fleet_formats.h"
#include "fleet_input.h"
#include "terminal.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

struct FleetArguments {
  std::vector<std::string> sources;
  std::string format = "text";
  std::string order = "blocked";
  std::string output = "-";
  std::string token_file;
  std::string color = "auto";
  FleetFormatOptions options;
};

std::string Render(const FleetArguments& arguments, const FleetTable& table) {
  FleetFormatOptions options = arguments.options;
  if (arguments.order == "processes") options.order = FleetOrder::kByProcesses;
  if (arguments.format == "json") return FleetJson(table, options);
  if (arguments.format == "html") return FleetHtml(table, options);
  return TextFor(arguments.output, FleetText(table, options), arguments.color);
}

ExitCode Fleet(const FleetArguments& arguments) {
  std::string token;
  if (!arguments.token_file.empty()) {
    if (const std::string error = ReadWhole(arguments.token_file, &token); !error.empty())
      return Complain(arguments.token_file + ": " + error, kClean);
    token.erase(token.find_last_not_of(" \t\r\n") + 1);
  }
  FleetTable table;
  const bool broken = Complain(ReadFleet(arguments.sources, token, table));
  return Write(arguments.output, Render(arguments, table), broken ? kCouldNotLook : kClean);
}

}  // namespace

void AddFleetCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<FleetArguments>();
  CLI::App* const command = app.add_subcommand(
      "fleet",
      "Rank what is blocked in many processes by the code that created it, from their dumps");
  command
      ->add_option(
          "SOURCE", arguments->sources,
          "JSON dumps and pprof profiles of one process each; a folder stands for all of them in "
          "it and below; http://HOST:PORT for a process's endpoint; - for standard input")
      ->required();
  command->add_option("-f,--format", arguments->format, "text (default), json or html")
      ->check(CLI::IsMember({"text", "json", "html"}));
  command
      ->add_option("--by", arguments->order,
                   "Rank by the number of blocked units (blocked, default) or of processes with "
                   "blocked units (processes)")
      ->check(CLI::IsMember({"blocked", "processes"}));
  command->add_option("--top", arguments->options.most_sites,
                      "Number of sites to show (default: 20; 0: all)");
  command->add_option("--color", arguments->color, "auto, always or never (text)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command->add_option("--token-file", arguments->token_file,
                      "File with the bearer token of the endpoints");
  command->add_option("-o,--output", arguments->output,
                      "File to write, whole or not at all (default: -, standard output)");
  command->footer(
      "Exit codes: 0 everything was read, 2 bad arguments, 3 something could not be read.");
  command->callback([arguments, exit_code] { *exit_code = Fleet(*arguments); });
}

}  // namespace taskleak::cli
