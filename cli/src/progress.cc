#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "terminal.h"

namespace taskleak::cli {

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::Show(std::size_t done, std::size_t total, std::string_view words) {
  constexpr auto kPeriod = std::chrono::milliseconds(50);
  constexpr std::size_t kBar = 24;
  if (!on_terminal_ || total < 2) return;
  const Clock::time_point now = Clock::now();
  if (is_shown_ && now - last_ < kPeriod) return;
  const std::size_t filled = kBar * std::min(done, total) / total;
  const std::string line = fmt::format("[{:#<{}}{:<{}}] {}", "", filled, "", kBar - filled, words);
  // Uses one column less than there are, because some terminals begin a new line after the last
  // one.
  std::fprintf(stderr, "\r\033[K%s",
               ShortenedInTheMiddle(line, TerminalWidth(STDERR_FILENO) - 1).c_str());
  std::fflush(stderr);
  is_shown_ = true;
  last_ = now;
}

void Progress::Clear() {
  if (is_shown_) std::fputs("\r\033[K", stderr);
  is_shown_ = false;
}

}  // namespace taskleak::cli
