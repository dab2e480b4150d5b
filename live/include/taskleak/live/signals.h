// Dumps and recordings on a signal.
#ifndef TASKLEAK_LIVE_SIGNALS_H_
#define TASKLEAK_LIVE_SIGNALS_H_

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "taskleak/live/files.h"

namespace taskleak::live {

/// Which signals a SignalDump answers, and where to.
struct SignalOptions {
  int dump = SIGQUIT;    ///< writes all stacks; 0: no signal does
  int record = SIGUSR2;  ///< the first starts a recording, the second ends and writes it; 0: none
  std::optional<FileOptions> files;  ///< where to; without, dumps go to standard error, and there
                                     ///< are no recordings
  std::chrono::milliseconds period{1000};  ///< of the looks while recording
};

/// From construction to destruction these signals are answered, by a thread of taskleak's own that
/// sleeps until one comes. The handler itself only wakes it, so a signal may come at any time, in
/// the middle of malloc or under any lock; then it calls the handler that was installed before, if
/// any. The process goes on: what the signal would do by default, it does not.
///
/// A dump is ToStackText, in a file NAME-dump-PID-TIME.txt. A recording is three files
/// NAME-tasks-PID-TIME: .txt (counts over time, what changed from its first look to the last, all
/// stacks), .json (the same) and .pb.gz (the last look as a profile).
///
/// There is one at a time. In a forked child nobody answers.
///
/// Example:
///   const taskleak::live::SignalDump dump;  // kill -QUIT shows all stacks
class SignalDump {
 public:
  /// Throws std::invalid_argument if an option is bad, std::logic_error if there is one already,
  /// std::runtime_error if the folder cannot be written to.
  explicit SignalDump(SignalOptions options = {});
  /// Puts back the handlers that were there before, unless others have come since. A recording that
  /// is under way is written.
  ~SignalDump();
  SignalDump(const SignalDump&) = delete;
  SignalDump& operator=(const SignalDump&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SIGNALS_H_
