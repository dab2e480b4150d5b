// Asks a thread by a signal to copy its own stack.
#ifndef TASKLEAK_SRC_LINUX_LOOK_COPY_SIGNAL_H_
#define TASKLEAK_SRC_LINUX_LOOK_COPY_SIGNAL_H_

#include <signal.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "linux/arch/registers.h"
#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// The signal. It is ignored by default, so a late delivery does no harm. Few programs use it, and
/// the handler passes on signals that are not meant for it.
inline constexpr int kCopySignal = SIGURG;
inline constexpr std::size_t kMostCopied = std::size_t{256} << 10;

/// Holds what a thread has copied of itself.
struct SignalCopy {
  std::array<std::uint64_t, kRegisterCount> registers;  ///< by DWARF number
  std::uintptr_t base;                                  ///< of the copy: the red zone's end
  std::size_t size;
  alignas(64) std::array<char, kMostCopied> stack;
};

/// Installs the handler in front of any existing one. Returns the error if that fails. This and all
/// that follows may be used by one thread at a time.
std::optional<Error> InstallCopyHandler();
/// Restores the previous handler, unless the program has installed another one since.
void RemoveCopyHandler();

/// Says how long to wait for another thread to do something. A thread that cannot run cannot
/// answer: the time is extended, up to a second, while the thread has not had a processor at all.
class Patience {
 public:
  Patience(int tid, std::chrono::milliseconds time);
  [[nodiscard]] bool IsOver() const;

 private:
  int tid_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::milliseconds time_;
  Result<RunCount> count_;
};

enum class Answer {
  kCopied,  ///< the copy is complete, and valid until the next request
  kNone,    ///< no answer in time: should the signal still arrive, it finds the request withdrawn
  kEnded,   ///< the thread has ended
};

/// Asks thread `tid` for a copy; fails if the signal could not be sent. Between the signal and the
/// answer, nothing is allocated or locked.
Result<Answer> RequestCopy(int tid, Patience patience);
/// Returns the last copy.
const SignalCopy& LastCopy();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_LOOK_COPY_SIGNAL_H_
