// Writes dumps and recordings on a signal.
#ifndef TASKLEAK_LIVE_SIGNALS_H_
#define TASKLEAK_LIVE_SIGNALS_H_

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "taskleak/internal/require_cxx17.h"
#include "taskleak/live/files.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Says which signals a SignalDump answers, and where it writes.
struct SignalOptions {
  int dump = SIGQUIT;    ///< signal that writes all stacks; 0: none
  int record = SIGUSR2;  ///< signal that starts a recording, or ends and writes it; 0: none
  std::optional<FileOptions> files;  ///< where to write; if empty, dumps go to standard error, and
                                     ///< `record` only prints there that it cannot record
  std::chrono::milliseconds period{1000};  ///< time between looks while recording
};

/// Answers signals, from construction to destruction, on a thread of taskleak's own that sleeps
/// until one comes. The handler only wakes that thread, so a signal may come at any time, in the
/// middle of malloc or under any lock. The handler then calls the one that was installed before, if
/// any. It replaces the signal's default action, so the process continues.
///
/// A dump is the text of ToStackText, in a file NAME-dump-PID-TIME.txt. A recording is three files
/// NAME-tasks-PID-TIME: .txt (counts over time, what changed from the first look to the last, all
/// stacks), .json (the same) and .pb.gz (the last look as a profile).
///
/// Only one may exist at a time. A forked child does not answer.
///
/// Example:
///   const taskleak::live::SignalDump dump;  // kill -QUIT shows all stacks
class SignalDump {
 public:
  /// Installs the handlers. Throws std::invalid_argument if an option is bad, std::logic_error if a
  /// SignalDump exists already, and std::runtime_error if the folder cannot be written to.
  explicit SignalDump(SignalOptions options = {});
  /// Restores the previous handlers, unless others were installed since. Writes a recording that is
  /// under way.
  ~SignalDump();
  SignalDump(const SignalDump&) = delete;
  SignalDump& operator=(const SignalDump&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_SIGNALS_H_
