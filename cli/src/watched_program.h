// Runs a program with the preload library.
#ifndef TASKLEAK_CLI_WATCHED_PROGRAM_H_
#define TASKLEAK_CLI_WATCHED_PROGRAM_H_

#include <chrono>
#include <string>
#include <vector>

#include "child_process.h"
#include "exit_code.h"

namespace taskleak::cli {

/// The settings for a watched program.
struct WatchSettings {
  std::string at = "exit";            ///< or "main": when to look
  bool follow = false;                ///< also watch the processes that it starts
  std::string test;                   ///< its name in the report; empty: its command line
  std::chrono::milliseconds hang{0};  ///< the time that it may take; 0: no limit
};

/// The end of a watched program.
struct WatchedEnd {
  int code = 0;         ///< its own exit code (ChildEnd)
  bool loaded = false;  ///< the library was loaded
  bool looked = false;  ///< the library or a plugin in the program has looked
  bool has_plugin = false;
  bool leaks = false;  ///< the library has found leaks
  bool hung = false;   ///< it took too long and was killed

  /// Returns kHang if the program hung, or else its own exit code. If that is 0, returns the result
  /// of the look: kLeaks if it found leaks, or kCouldNotLook if there was no look.
  [[nodiscard]] int verdict() const;
  /// Returns why nothing was looked at.
  [[nodiscard]] const char* why_not_looked() const;
};

/// Returns the program of the command if the library can be preloaded into it. Throws
/// std::runtime_error with the reason if not.
std::string CheckWatchable(const std::vector<std::string>& command);

/// Runs `child` to its end with the library preloaded. Throws std::runtime_error if it cannot be
/// watched. Thread-safe if there is no limit for hangs; with a limit, only one program may be run
/// in the life of this process.
WatchedEnd RunWatched(Child child, const WatchSettings& settings);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WATCHED_PROGRAM_H_
