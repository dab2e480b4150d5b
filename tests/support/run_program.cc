#include "support/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/repetitions.h"

namespace taskleak {
namespace {

std::vector<std::string> ChildEnvironment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('='));
    if (name == "TASKLEAK_OPTIONS" || name.rfind("GTEST_", 0) == 0) continue;
    if (changes.count(name) == 0) variables.push_back(text);
  }
  for (const auto& [name, value] : changes)
    variables.push_back(std::string(name).append("=").append(value));
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Runs `arguments[0]` from PATH. Returns the status of wait(2).
int Spawn(std::vector<std::string> arguments, std::vector<std::string> environment,
          const std::string& out, const std::string& err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), kFlags, 0600);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0].c_str(), &files, nullptr,
                                 Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("cannot run " + arguments[0]);
  int status = 0;
  while (waitpid(child, &status, 0) != child) {
  }
  return status;
}

}  // namespace

Outcome RunProgram(const std::string& program, const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment) {
  // timeout(1) returns the program's exit code, or ends by the same signal as the program.
  const std::string seconds = std::to_string(60 * testing::Stride());
  std::vector<std::string> command = {"timeout", "--foreground", "--kill-after=5", seconds,
                                      program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const TemporaryDirectory directory;
  const std::string out = directory.File("out");
  const std::string err = directory.File("err");
  const int status = Spawn(std::move(command), ChildEnvironment(environment), out, err);
  Outcome outcome;
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  outcome.out = ReadFile(out);
  outcome.err = ReadFile(err);
  return outcome;
}

TemporaryDirectory::TemporaryDirectory()
    : path_((std::filesystem::temp_directory_path() / "taskleak-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot create " + path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace taskleak
