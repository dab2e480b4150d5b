#include "platform/linux/births.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "platform/linux/proc_file.h"

namespace taskleak::platform {
namespace {

// Faster than any machine gives out numbers: they are given out one at a time, under one lock.
constexpr std::chrono::nanoseconds kShortestBirth{250};

std::uint64_t ReadPidMax() {
  std::array<char, 32> buffer;
  const auto text =
      ReadProcFile(AT_FDCWD, "/proc/sys/kernel/pid_max", buffer.data(), buffer.size());
  constexpr std::uint64_t kSmallest = 301;  // RESERVED_PIDS + 1: the least the kernel accepts
  return text ? NumberReader(*text).Next().value_or(kSmallest) : kSmallest;
}

// The last field of a descriptor open on /proc/loadavg: "0.20 0.18 0.12 1/80 11206"
// (proc_loadavg(5)). Nothing if it is open on something else.
std::optional<std::uint64_t> ReadLastNumber(int fd) {
  if (fd < 0) return std::nullopt;
  std::array<char, 128> buffer;
  const ssize_t n = pread(fd, buffer.data(), buffer.size(), 0);
  if (n <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
  const std::size_t last = text.rfind(' ');
  const std::size_t slash = text.find('/');
  if (text.back() != '\n' || std::ranges::count(text, ' ') != 4 || slash == text.npos ||
      slash > last)
    return std::nullopt;
  const auto cursor = NumberReader(text.substr(last)).Next();
  return cursor == 0U ? std::nullopt : cursor;  // zero: an emulated /proc that does not tell
}

// "processes N" of /proc/stat (proc_stat(5)): forks and thread starts of the whole machine since
// boot.
std::optional<std::uint64_t> ReadMachineBirths() {
  const std::string stat = ReadWholeProcFile("/proc/stat");
  constexpr std::string_view kKey = "\nprocesses ";
  const std::size_t at = stat.find(kKey);
  if (at == std::string::npos) return std::nullopt;
  return NumberReader(std::string_view(stat).substr(at + kKey.size())).Next();
}

}  // namespace

bool BirthCounter::Look::MayHaveReused(int tid) const {
  if (none) return false;
  if (unknown) return true;
  const auto number = static_cast<std::uint64_t>(tid);
  return from <= to ? from < number && number <= to : number > from || number <= to;
}

// A program may close descriptors it does not know, and open something else in their place: what
// does not read like the file is not the file, and it is opened again.
std::optional<std::uint64_t> BirthCounter::ReadCursor() {
  if (const auto cursor = ReadLastNumber(loadavg_)) return cursor;
  loadavg_ = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  const auto cursor = ReadLastNumber(loadavg_);
  if (!cursor && loadavg_ >= 0) {
    close(loadavg_);
    loadavg_ = -1;
  }
  return cursor;
}

// True unless there were surely fewer births than numbers since the machine's count was last read.
bool BirthCounter::FullTurnPossible() {
  const Clock::time_point now = Clock::now();
  if (births_ && now - checked_ < kShortestBirth * pid_max_) return false;
  const std::optional<std::uint64_t> before = births_;
  births_ = ReadMachineBirths();
  pid_max_ = ReadPidMax();
  checked_ = now;
  constexpr std::uint64_t kReserved =
      300;  // RESERVED_PIDS: numbers that are passed over after a full turn
  return !before || !births_ || *births_ - *before + kReserved >= pid_max_;
}

BirthCounter::Look BirthCounter::LookNow() {
  if (!cursor_) {
    // A file that is not the kernel's own (lxcfs puts its own there) does not show the cursor.
    struct statfs info {};
    usable_ = statfs("/proc/loadavg", &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
  }
  const std::optional<std::uint64_t> before = cursor_;
  if (usable_) cursor_ = ReadCursor();
  const bool full_turn = FullTurnPossible();
  Look look;
  look.unknown = !usable_ || !before || !cursor_ || full_turn;
  if (look.unknown) return look;
  look.from = *before;
  look.to = *cursor_;
  look.none = look.from == look.to;
  return look;
}

}  // namespace taskleak::platform
