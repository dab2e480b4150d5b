// Shows the progress of long work.
#ifndef TASKLEAK_CLI_PROGRESS_H_
#define TASKLEAK_CLI_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <string_view>

namespace taskleak::cli {

/// Shows one line on standard error that is overwritten again and again, and removed when the work
/// is done. Only on a terminal. Not thread-safe.
class Progress {
 public:
  Progress();
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows a bar that is filled to `done` of `total`, with words behind it. Writing to a terminal
  /// very often is slow, so a call too soon after the last one is ignored, unless the line was
  /// cleared in between. Work of a single step has no bar.
  void Show(std::size_t done, std::size_t total, std::string_view words);
  /// Removes the line. Call it before something else is printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const bool on_terminal_;
  bool is_shown_ = false;
  Clock::time_point last_{};
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_PROGRESS_H_
