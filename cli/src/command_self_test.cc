// taskleak self-test: tests whether a gate catches a leak.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "child_process.h"
#include "commands.h"
#include "run/planted_leak.h"
#include "temporary_folder.h"

namespace taskleak::cli {
namespace {

// Returns the content of the file, or nothing if there is none.
std::optional<std::string> ReadIfThere(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// Returns what is wrong with a gate, or an empty text if nothing is.
std::string Fault(int code, const std::optional<std::string>& planted,
                  const std::optional<std::string>& found) {
  if (!planted) {
    return "no test was looked at, so no leak could be planted. Either the tests neither link "
           "taskleak nor run under `taskleak run --`, or on_leak=off or check=marked switches the "
           "checks off, or the environment does not reach the tests";
  }
  if (!found) {
    return fmt::format(
        "a leak was planted in {} and not reported: an ignore rule or a line of a suppression file "
        "hides it, and would also hide other leaks",
        *planted);
  }
  if (code == 0) {
    return fmt::format(
        "a leak was planted in {} and reported, but the gate passed. With on_leak=warn, the "
        "gate must run `taskleak baseline check` and return its exit code",
        *found);
  }
  return {};
}

ExitCode SelfTest(const std::vector<std::string>& command) {
  const TemporaryFolder folder;
  Child child{.command = command};
  OutliveChildren();
  if (const int code = RunChild(child).code; code != 0) {
    Complain({fmt::format(
        "self-test not done: the gate fails without a planted leak, with exit code {}", code)});
    return kCouldNotLook;
  }
  child.environment.Set(run::kSelfTestVariable, folder.File(""));
  const int code = RunChild(child).code;
  const auto planted = ReadIfThere(folder.File(run::kPlantedFile));
  const std::string fault = Fault(code, planted, ReadIfThere(folder.File(run::kFoundFile)));
  if (!fault.empty()) {
    Complain({"self-test failed: " + fault});
    return kLeaks;
  }
  std::printf("taskleak: self-test passed: a leak was planted in %s, and the gate failed\n",
              planted->c_str());
  return kClean;
}

}  // namespace

void AddSelfTestCommand(CLI::App& app, ExitCode* exit_code) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* const command =
      app.add_subcommand("self-test",
                         "Run a gate twice, the second time with a leak planted in its first test. "
                         "The second run must fail");
  command->add_option("CMD", *words, "The gate's command, after --")->required();
  command->footer(
      "Exit codes: 0 the gate works, 1 the gate would let leaks pass, 3 the gate cannot be run, or "
      "fails without a planted leak.");
  command->callback([words, exit_code] { *exit_code = SelfTest(*words); });
}

}  // namespace taskleak::cli
