// taskleak merge: merges reports of shards and re-runs into one.
#include <CLI/CLI.hpp>

#include <memory>
#include <string_view>

#include "commands.h"
#include "merger.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

struct MergeArguments {
  std::vector<std::string> files;
  std::string output = "-";
};

ExitCode Merge(const MergeArguments& arguments) {
  Merger merger;
  const bool broken = Complain(ReadFilesInto(arguments.files, merger));
  WholeFile file(arguments.output);
  std::move(merger).Finish([&file](std::string_view text) { file.Append(text); });
  return Complain(file.Commit(), broken ? kCouldNotLook : kClean);
}

}  // namespace

void AddMergeCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<MergeArguments>();
  CLI::App* const command = app.add_subcommand(
      "merge",
      "Merge the JSON reports of shards and re-runs into one, with each leak of a test once");
  command
      ->add_option("FILE", arguments->files,
                   "JSON reports; a folder stands for its *.json files, - for standard input")
      ->required();
  command->add_option("-o,--output", arguments->output,
                      "File to write, whole or not at all (default: -, standard output)");
  command->callback([arguments, exit_code] { *exit_code = Merge(*arguments); });
}

}  // namespace taskleak::cli
