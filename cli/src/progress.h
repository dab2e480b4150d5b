// How far long work has come.
#ifndef TASKLEAK_CLI_PROGRESS_H_
#define TASKLEAK_CLI_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <string_view>

namespace taskleak::cli {

/// One line on standard error that is written over again and again, and goes when the work is done.
/// Only on a terminal. Not thread-safe.
class Progress {
 public:
  Progress();
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows a bar of which `done` of `total` is filled, with words behind it. A terminal that is
  /// written to very often is slow: what comes too soon after the last is left out, unless it was
  /// cleared in between. Work of a single step has none.
  void Show(std::size_t done, std::size_t total, std::string_view words);
  /// Before something else is printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const bool on_terminal_;
  bool is_shown_ = false;
  Clock::time_point last_{};
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_PROGRESS_H_
