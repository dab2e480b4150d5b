// taskleak run: watches any program, unchanged, to its end.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "bisect.h"
#include "commands.h"
#include "isolate.h"
#include "taskleak/options.h"
#include "taskleak/test_run.h"
#include "watched_program.h"

namespace taskleak::cli {
namespace {

struct RunArguments {
  WatchSettings settings;
  bool isolate = false;
  std::string bisect;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::string> command;
};

// Returns true if the program only lists its tests, as CMake asks for when it builds a test
// program. Then no test runs, so there is nothing to judge.
bool AsksForList(const std::vector<std::string>& command) {
  static constexpr std::array<std::string_view, 4> kLists = {
      "--gtest_list_tests", "--list-tests", "--list-test-names-only", "--list-reporters"};
  return std::ranges::any_of(command, [](const std::string& word) {
    return std::ranges::find(kLists, word) != kLists.end();
  });
}

// "60s", as in TASKLEAK_OPTIONS.
std::chrono::milliseconds ToLimit(const std::string& text) {
  Options options;
  try {
    options.Apply("hang_timeout=" + text);
  } catch (const std::invalid_argument&) {
    options.hang_timeout = {};
  }
  if (options.hang_timeout.count() == 0)
    throw CLI::ValidationError("--hang", text + " is not a duration such as 500ms, 60s or 5min");
  return options.hang_timeout;
}

ExitCode RunWhole(const RunArguments& arguments) {
  const Child child{.command = arguments.command};
  if (AsksForList(arguments.command)) return static_cast<ExitCode>(RunChild(child).code);
  const WatchedEnd end = RunWatched(child, arguments.settings);
  if (end.verdict() == kCouldNotLook && end.code == 0) Complain({end.why_not_looked()});
  return static_cast<ExitCode>(end.verdict());
}

// Reports bad options once, so that not each test does it.
bool OptionsAreGood() {
  try {
    const TestRun run{Options()};
    return true;
  } catch (const std::invalid_argument& error) {
    Complain({error.what()});
    return false;
  }
}

ExitCode RunCommand(const RunArguments& arguments) {
  CheckWatchable(arguments.command);
  OutliveChildren();
  if (!arguments.isolate && arguments.bisect.empty()) return RunWhole(arguments);
  if (!OptionsAreGood()) return kUsage;
  const TestProgram program(arguments.command);
  return arguments.isolate ? Isolate(program, arguments.settings, arguments.jobs)
                           : Bisect(program, arguments.settings, arguments.bisect);
}

}  // namespace

void AddRunCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* const command =
      app.add_subcommand("run", "Run a program and check at its end what it leaves behind");
  command
      ->add_option(
          "--at", arguments->settings.at,
          "exit: check after static objects are destroyed (default); main: check when main returns")
      ->check(CLI::IsMember({"exit", "main"}));
  command->add_flag("--follow", arguments->settings.follow,
                    "Also check the processes that it starts");
  CLI::Option* const hang =
      command
          ->add_option_function<std::string>(
              "--hang",
              [arguments](const std::string& text) { arguments->settings.hang = ToLimit(text); },
              "Report and kill a program that takes longer, or that is shown never to end")
          ->option_text("TIME");
  CLI::Option* const isolate = command->add_flag(
      "--isolate", arguments->isolate,
      "Run each test of a GoogleTest or Catch2 program by itself, and name those that leak");
  isolate->excludes(hang);
  command
      ->add_option("-j,--jobs", arguments->jobs,
                   "Number of tests to run at a time (default: one per processor)")
      ->needs(isolate)
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--bisect", arguments->bisect,
                   "Find the smallest set of earlier tests that makes this test leak")
      ->option_text("TEST")
      ->excludes(isolate)
      ->excludes(hang);
  command->add_option("CMD", arguments->command, "The program and its arguments, after --")
      ->required();
  command->callback([arguments, exit_code] { *exit_code = RunCommand(*arguments); });
}

}  // namespace taskleak::cli
