// taskleak diff: compares two reports.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "commands.h"
#include "leak_table.h"
#include "report/wording.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct DiffArguments {
  std::string before;
  std::string after;
};

std::size_t CountIn(const LeakTable& table, const LeakKey& key) {
  const auto found = table.leaks().find(key);
  return found == table.leaks().end() ? 0 : found->second.count;
}

// Adds a line for each leak with more units in `a` than in `b`. `remark` says how many `b` has.
template <typename Remark>
std::size_t AddMore(const LeakTable& a, const LeakTable& b, char sign, Remark remark,
                    std::string* text) {
  std::size_t lines = 0;
  for (const auto& [key, leak] : a.leaks()) {
    const std::size_t count = CountIn(b, key);
    if (leak.count <= count) continue;
    ++lines;
    *text += fmt::format("{} {}  {}: {}{}\n", sign, key.signature, key.test, leak.title,
                         remark(key, count));
  }
  return lines;
}

ExitCode Diff(const DiffArguments& arguments) {
  LeakTable before(LeakTable::What::kEverything);
  LeakTable after(LeakTable::What::kEverything);
  bool broken = Complain(ReadFilesInto({arguments.before}, before));
  broken = Complain(ReadFilesInto({arguments.after}, after)) || broken;
  broken = broken || before.could_not_look() > 0 || after.could_not_look() > 0;
  before.TakeSignaturesOf(after);
  std::string text;
  const std::size_t more = AddMore(
      after, before, '+',
      [](const LeakKey&, std::size_t count) {
        return count == 0 ? std::string() : fmt::format(" ({} before)", count);
      },
      &text);
  const std::size_t less = AddMore(
      before, after, '-',
      [&after](const LeakKey& key, std::size_t count) {
        if (count > 0) return fmt::format(" ({} now)", count);
        return std::string(after.TimesChecked(key.test) == 0 ? " (the test was not run)" : "");
      },
      &text);
  text += fmt::format("{} new or more, {} gone or fewer\n", more, less);
  return Write("-", TextFor("-", report::Printable(text)),
               more > 0 ? kLeaks
               : broken ? kCouldNotLook
                        : kClean);
}

}  // namespace

void AddDiffCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<DiffArguments>();
  CLI::App* const command =
      app.add_subcommand("diff", "Compare two reports; exit code 1 if the second has more");
  command->add_option("BEFORE", arguments->before, "JSON report, or a folder of them")->required();
  command->add_option("AFTER", arguments->after, "JSON report, or a folder of them")->required();
  command->callback([arguments, exit_code] { *exit_code = Diff(*arguments); });
}

}  // namespace taskleak::cli
