// The library that `taskleak run` preloads. It watches a process from before main to its end.
//
// The thread hooks are compiled into it too. The check runs in exit(3). This library is the first
// one, so a handler that its constructor installs with on_exit(3) runs after all others, and after
// the loader has run the destructors of the program and of every library.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "run_record.h"
#include "taskleak/test_run.h"

namespace taskleak::cli {
namespace {

constexpr int kLeaksFound = 1;
constexpr int kBadOptions = 2;

struct Watch {
  std::string records;
  std::string name;
  bool at_main = false;
  bool follow = false;
  pid_t pid = 0;
  TestRun run{Options()};
};

Watch* g_watch = nullptr;
std::atomic_flag g_checked = ATOMIC_FLAG_INIT;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

void Tell(const std::string& path, RunEvent event) {
  const RunRecord record{getpid(), event};
  const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  // If a record cannot be written, `taskleak run` misses it and says so.
  static_cast<void>(!write(file, &record, sizeof(record)));
  close(file);
}

// Returns the command line. If each process runs one test, the arguments name the test.
std::string CommandLine() {
  constexpr std::size_t kLongest = 300;
  std::string line;
  if (std::FILE* const file = std::fopen("/proc/self/cmdline", "re")) {
    for (int c = std::fgetc(file); c != EOF && line.size() < kLongest; c = std::fgetc(file))
      line += c == '\0' ? ' ' : static_cast<char>(c);
    std::fclose(file);
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line.substr(line.rfind('/', line.find(' ')) + 1);
}

// Programs that this one starts must not be watched. This library was the first in the list.
void LeaveEnvironment() {
  const std::string preload = Variable("LD_PRELOAD");
  const std::size_t next = preload.find_first_of(" :");
  if (next == std::string::npos)
    unsetenv("LD_PRELOAD");
  else
    setenv("LD_PRELOAD", preload.substr(next + 1).c_str(), 1);
  unsetenv(kRecordsVariable);
  unsetenv(kTestVariable);
}

// Returns true if the program has a plugin, which leaves its claim (ClaimOnce) in the environment.
bool ChecksItself() {
  std::string own = "=";
  own += std::to_string(getpid());
  own += '-';
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "TASKLEAK_CLAIMED_", std::strlen("TASKLEAK_CLAIMED_")) == 0 &&
        std::strstr(*variable, own.c_str()) != nullptr)
      return true;
  }
  return false;
}

// Looks, at most once, and returns whether there are leaks.
bool Check() {
  if (g_watch == nullptr || g_checked.test_and_set()) return false;
  if (getpid() != g_watch->pid && !g_watch->follow) return false;  // a forked child
  if (ChecksItself()) {
    Tell(g_watch->records, RunEvent::kChecksItself);
    return false;
  }
  std::optional<std::string> text = g_watch->run.TestEnded();
  const std::optional<std::string> rest = g_watch->run.RunEnded();
  if (rest) text = text ? *text + '\n' + *rest : *rest;
  if (text) std::fprintf(stderr, "taskleak: %s\n", text->c_str());
  Tell(g_watch->records, text ? RunEvent::kLeaks : RunEvent::kClean);
  return text.has_value();
}

void CheckAtExit(int status, void*) {
  if (!Check() || status != 0) return;
  std::fflush(nullptr);
  _exit(kLeaksFound);
}

__attribute__((constructor)) void Start() {
  const std::string records = Variable(kRecordsVariable);
  if (records.empty()) return;
  try {
    g_watch = new Watch();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "taskleak: %s\n", error.what());
    _exit(kBadOptions);
  }
  g_watch->records = records;
  g_watch->name = Variable(kTestVariable);
  if (g_watch->name.empty()) g_watch->name = CommandLine();
  g_watch->at_main = Variable(kAtVariable) == "main";
  g_watch->follow = Variable(kFollowVariable) == "1";
  g_watch->pid = getpid();
  if (!g_watch->follow) LeaveEnvironment();
  on_exit(CheckAtExit, nullptr);
  g_watch->run.ExpectExit();
  g_watch->run.RunStarted();
  static_cast<void>(g_watch->run.TestStarted(g_watch->name));
  Tell(records, RunEvent::kLoaded);
}

using Main = int (*)(int, char**, char**);
Main g_main = nullptr;

int MainWithCheck(int count, char** arguments, char** environment) {
  const int status = g_main(count, arguments, environment);
  const bool leaks = Check();
  return leaks && status == 0 ? kLeaksFound : status;
}

}  // namespace
}  // namespace taskleak::cli

// With at=main, the check comes before destructors and exit handlers, so these two functions
// replace the originals.
extern "C" __attribute__((visibility("default"))) int __libc_start_main(
    int (*main)(int, char**, char**), int count, char** arguments, void (*init)(), void (*fini)(),
    void (*loader_fini)(), void* stack_end) {  // NOLINT(bugprone-reserved-identifier): libc's name
  using taskleak::cli::g_main;
  const auto next =
      reinterpret_cast<decltype(&__libc_start_main)>(dlsym(RTLD_NEXT, "__libc_start_main"));
  const bool wrap = taskleak::cli::g_watch != nullptr && taskleak::cli::g_watch->at_main;
  g_main = main;
  return next(wrap ? taskleak::cli::MainWithCheck : main, count, arguments, init, fini, loader_fini,
              stack_end);
}

extern "C" __attribute__((visibility("default"), noreturn)) void exit(int status) noexcept {
  const auto next = reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "exit"));
  if (taskleak::cli::g_watch != nullptr && taskleak::cli::g_watch->at_main &&
      taskleak::cli::Check() && status == 0)
    status = taskleak::cli::kLeaksFound;
  next(status);
  __builtin_unreachable();
}
