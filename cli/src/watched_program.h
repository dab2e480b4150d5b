// A program with the preload library in it.
#ifndef TASKLEAK_CLI_WATCHED_PROGRAM_H_
#define TASKLEAK_CLI_WATCHED_PROGRAM_H_

#include <chrono>
#include <string>
#include <vector>

#include "child_process.h"
#include "exit_code.h"

namespace taskleak::cli {

/// How to watch it.
struct WatchSettings {
  std::string at = "exit";            ///< or "main": when to look
  bool follow = false;                ///< the processes that it starts too
  std::string test;                   ///< what the report calls it; empty: its command line
  std::chrono::milliseconds hang{0};  ///< how long it may take; 0: for ever
};

/// How a watched program ended.
struct WatchedEnd {
  int code = 0;         ///< its own exit code (ChildEnd)
  bool loaded = false;  ///< the library got into it
  bool looked = false;  ///< and looked, or a plugin in it did
  bool has_plugin = false;
  bool leaks = false;  ///< that the library found
  bool hung = false;   ///< it took too long and was killed

  /// kHang, or its own exit code, or if that is 0, what the look makes of it: kLeaks, or
  /// kCouldNotLook if there was none.
  [[nodiscard]] int verdict() const;
  /// Why nothing was looked at.
  [[nodiscard]] const char* why_not_looked() const;
};

/// The command's program if the library can be preloaded into it. Throws std::runtime_error with
/// the reason if not.
std::string CheckWatchable(const std::vector<std::string>& command);

/// Runs `child` to its end with the library preloaded. Throws std::runtime_error if it cannot be
/// watched. Thread-safe without a limit for hangs; with one, for one program in the life of this
/// process.
WatchedEnd RunWatched(Child child, const WatchSettings& settings);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_WATCHED_PROGRAM_H_
