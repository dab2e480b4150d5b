// Passes signals to a thread that waits for them.
#ifndef TASKLEAK_LIVE_SRC_SIGNAL_BELL_H_
#define TASKLEAK_LIVE_SRC_SIGNAL_BELL_H_

#include <chrono>
#include <csignal>
#include <optional>

namespace taskleak::live {

/// What woke the thread.
struct Rung {
  unsigned dumps = 0;    ///< number of times that the first signal came since
  unsigned records = 0;  ///< the same for the second signal
};

/// Installs the handlers, which count signals and wake the thread. Only one bell may exist at a
/// time. The data of the handlers is never destroyed.
class SignalBell {
 public:
  /// Handles the two signals; 0 stands for no signal. Throws std::logic_error if there is one
  /// already, std::invalid_argument if a signal cannot be handled.
  SignalBell(int dump, int record);
  ~SignalBell();
  SignalBell(const SignalBell&) = delete;
  SignalBell& operator=(const SignalBell&) = delete;

  /// Waits until a signal comes, Wake() is called or the time is over. Returns the signals that
  /// have come, and resets the counts.
  static Rung Wait(std::optional<std::chrono::milliseconds> most);
  static void Wake();

 private:
  int dump_;
  int record_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_SIGNAL_BELL_H_
