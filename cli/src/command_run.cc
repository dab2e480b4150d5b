// taskleak run: any program, watched to its end without a change in it.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "preloadable.h"
#include "run_record.h"

namespace taskleak::cli {
namespace {

struct RunArguments {
  std::string at = "exit";
  bool follow = false;
  std::vector<std::string> command;
};

/// The file that the preload library tells of itself in; removed at the end.
class Records {
 public:
  Records() : path_((std::filesystem::temp_directory_path() / "taskleak-run-XXXXXX").string()) {
    file_ = mkostemp(path_.data(), O_CLOEXEC);
  }
  ~Records() {
    if (file_ < 0) return;
    close(file_);
    unlink(path_.c_str());
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  [[nodiscard]] bool ok() const { return file_ >= 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::vector<RunRecord> Read() const {
    std::vector<RunRecord> records;
    RunRecord record{};
    lseek(file_, 0, SEEK_SET);
    while (read(file_, &record, sizeof(record)) == sizeof(record)) records.push_back(record);
    return records;
  }

 private:
  std::string path_;
  int file_ = -1;
};

// Beside the program in a build folder, in the library folder where it is installed.
std::string FindPreloadLibrary() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const std::filesystem::path& candidate :
       {folder / TASKLEAK_PRELOAD_NAME, folder / TASKLEAK_PRELOAD_INSTALLED}) {
    if (std::filesystem::exists(candidate, error)) return candidate.lexically_normal().string();
  }
  return {};
}

// Appends to a variable whose parts are separated by colons.
void Add(const char* name, const std::string& first, const char* old, bool in_front) {
  const std::string rest = old == nullptr ? "" : old;
  if (rest.empty())
    setenv(name, first.c_str(), 1);
  else
    setenv(name, (in_front ? first + ':' + rest : rest + ':' + first).c_str(), 1);
}

void SetEnvironment(const RunArguments& arguments, const std::string& library,
                    const std::string& records) {
  Add("LD_PRELOAD", library, std::getenv("LD_PRELOAD"), /*in_front=*/true);
  // AddressSanitizer's library wants to be the first; it need not be.
  Add("ASAN_OPTIONS", "verify_asan_link_order=0", std::getenv("ASAN_OPTIONS"), /*in_front=*/false);
  setenv(kRecordsVariable, records.c_str(), 1);
  setenv(kAtVariable, arguments.at.c_str(), 1);
  setenv(kFollowVariable, arguments.follow ? "1" : "0", 1);
}

// Returns the process's exit code, or as shells have it 128 and the signal that ended it. A signal
// to this process is the child's too: both are in one group, so this one only waits.
int Wait(pid_t child) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
  int status = 0;
  while (waitpid(child, &status, 0) != child) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// What the records make of a program's own exit code. The first process has to be among those that
// looked, unless others are followed: a shell ends by _exit(2), and only what it starts looks.
int Judge(int code, pid_t child, bool follow, const std::vector<RunRecord>& records) {
  bool loaded = false;
  bool looked = false;
  bool leaks = false;
  for (const RunRecord& record : records) {
    leaks = leaks || record.event == RunEvent::kLeaks;
    if (record.pid != child && !follow) continue;
    loaded = true;
    looked = looked || record.event != RunEvent::kLoaded;
  }
  if (code != 0) return code;
  if (leaks) return kLeaks;
  if (looked) return kClean;
  Complain({loaded ? "the program ended without exit(): nothing was looked at"
                   : "the preloaded library did not get into the program: nothing was looked at"});
  return kCouldNotLook;
}

int RunCommand(const RunArguments& arguments) {
  const std::string& command = arguments.command.front();
  const std::string program = FindProgram(command);
  if (program.empty()) {
    Complain({command + ": no such program"});
    return kCouldNotLook;
  }
  if (const std::string why = WhyNotPreloadable(program); !why.empty()) {
    Complain({fmt::format("cannot watch {}: {}", program, why)});
    return kCouldNotLook;
  }
  const std::string library = FindPreloadLibrary();
  const Records records;
  if (library.empty() || !records.ok()) {
    Complain({library.empty() ? TASKLEAK_PRELOAD_NAME " is missing beside this program"
                              : "cannot write to the folder for temporary files"});
    return kCouldNotLook;
  }
  SetEnvironment(arguments, library, records.path());
  std::vector<char*> pointers;
  for (const std::string& argument : arguments.command)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (error != 0) {
    Complain({fmt::format("cannot run {}: {}", program, std::generic_category().message(error))});
    return kCouldNotLook;
  }
  const int code = Wait(child);
  return Judge(code, child, arguments.follow, records.Read());
}

}  // namespace

void AddRunCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* const command =
      app.add_subcommand("run", "Run a program and check at its end what it leaves behind");
  command
      ->add_option("--at", arguments->at,
                   "exit: when static objects are gone (default); main: when main returns")
      ->check(CLI::IsMember({"exit", "main"}));
  command->add_flag("--follow", arguments->follow, "Check the processes that it starts too");
  command->add_option("CMD", arguments->command, "The program and its arguments, after --")
      ->required();
  command->callback(
      [arguments, exit_code] { *exit_code = static_cast<ExitCode>(RunCommand(*arguments)); });
}

}  // namespace taskleak::cli
