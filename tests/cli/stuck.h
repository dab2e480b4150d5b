// A program that is looked at from outside.
#ifndef TASKLEAK_TESTS_CLI_STUCK_H_
#define TASKLEAK_TESTS_CLI_STUCK_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/run_program.h"

namespace taskleak::cli {

/// The program, which lives as long as this object.
class Stuck {
 public:
  explicit Stuck(const char* what, std::string program = STUCK_PROGRAM) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    input_ = ends[1];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
    std::string argument = what;
    char* const words[] = {program.data(), argument.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &files, nullptr, words, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    close(ends[0]);
  }
  ~Stuck() { End(); }
  Stuck(const Stuck&) = delete;
  Stuck& operator=(const Stuck&) = delete;

  /// Ends it. Returns its status in the form of wait(2).
  int End() {
    int status = -1;
    if (input_ < 0) return status;
    close(input_);
    input_ = -1;
    waitpid(pid_, &status, 0);
    return status;
  }

  /// Ends it with a signal. Returns its status in the form of wait(2).
  int EndBy(int signal) {
    int status = -1;
    kill(pid_, signal);
    waitpid(pid_, &status, 0);
    close(input_);
    input_ = -1;
    return status;
  }

  /// Stops it, and lets it continue.
  void StopAndContinue() const {
    kill(pid_, SIGSTOP);
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED), 0);
    kill(pid_, SIGCONT);
  }

  [[nodiscard]] std::string pid() const { return std::to_string(pid_); }
  /// Dumps it until all of `texts` are in the dump, for half a minute at most.
  [[nodiscard]] Outcome DumpUntil(const std::vector<std::string>& texts,
                                  std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"dump", pid()});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      Outcome outcome = RunProgram(TASKLEAK_PROGRAM, options);
      const bool all = std::all_of(texts.begin(), texts.end(), [&outcome](const auto& text) {
        return outcome.out.find(text) != std::string::npos;
      });
      if (all || std::chrono::steady_clock::now() > end) return outcome;
    }
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_TESTS_CLI_STUCK_H_
