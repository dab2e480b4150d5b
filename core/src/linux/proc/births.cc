#include "linux/proc/births.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "linux/proc/proc_file.h"

namespace taskleak::platform {
namespace {

// Shorter than the time between two numbers on any machine: the kernel gives them out one at a
// time, under one lock.
constexpr std::chrono::nanoseconds kShortestBirth{250};

std::uint64_t ReadPidMax() {
  std::array<char, 32> buffer;
  const auto text =
      ReadProcFile(AT_FDCWD, "/proc/sys/kernel/pid_max", buffer.data(), buffer.size());
  constexpr std::uint64_t kSmallest = 301;  // RESERVED_PIDS + 1: the smallest possible
  return text ? NumberReader(*text).Next().value_or(kSmallest) : kSmallest;
}

// Reads from a descriptor that was opened on /proc/loadavg. Returns nothing if it is open on
// another file.
std::optional<std::uint64_t> ReadCursorFrom(int fd) {
  if (fd < 0) return std::nullopt;
  std::array<char, 128> buffer;
  const ssize_t n = pread(fd, buffer.data(), buffer.size(), 0);
  if (n <= 0) return std::nullopt;
  return ParseCursor({buffer.data(), static_cast<std::size_t>(n)});
}

}  // namespace

// "0.20 0.18 0.12 1/80 11206"
std::optional<std::uint64_t> ParseCursor(std::string_view loadavg) {
  const std::size_t last = loadavg.rfind(' ');
  const std::size_t slash = loadavg.find('/');
  if (!loadavg.ends_with('\n') || std::ranges::count(loadavg, ' ') != 4 || slash == loadavg.npos ||
      slash > last)
    return std::nullopt;
  const auto cursor = NumberReader(loadavg.substr(last)).Next();
  return cursor == 0U ? std::nullopt : cursor;
}

std::optional<std::uint64_t> ParseMachineBirths(std::string_view stat) {
  constexpr std::string_view kKey = "\nprocesses ";
  const std::size_t at = stat.find(kKey);
  if (at == stat.npos) return std::nullopt;
  NumberReader line(stat.substr(at + kKey.size()));
  const auto births = line.Next();
  return line.rest().starts_with('\n') ? births : std::nullopt;
}

std::optional<std::uint64_t> ReadMachineBirths(const char* path) {
  constexpr std::size_t kLongestLine = 64;  // with the line's end before it
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::array<char, 4096> buffer;
  std::optional<std::uint64_t> births;
  std::size_t kept = 0;
  while (!births) {
    const auto length = ReadPiece(fd, &buffer[kept], buffer.size() - kept);
    if (!length || *length == 0) break;
    const std::string_view text(buffer.data(), kept + *length);
    births = ParseMachineBirths(text);
    kept = std::min(text.size(), kLongestLine);
    std::copy(text.end() - kept, text.end(), buffer.begin());
  }
  close(fd);
  return births;
}

bool FullTurnPossible(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                      std::uint64_t pid_max) {
  // RESERVED_PIDS in kernel/pid.c: numbers that are skipped after a full turn.
  constexpr std::uint64_t kReserved = 300;
  return !before || !now || *now < *before || *now - *before + kReserved >= pid_max;
}

bool BirthCounter::Look::MayHaveReused(int tid) const {
  if (none) return false;
  if (unknown) return true;
  const auto number = static_cast<std::uint64_t>(tid);
  return from <= to ? from < number && number <= to : number > from || number <= to;
}

// A program may close descriptors that it does not know, and open other files in their place. If
// the content does not look like the file, the file is opened again.
std::optional<std::uint64_t> BirthCounter::ReadCursor() {
  if (const auto cursor = ReadCursorFrom(loadavg_)) return cursor;
  loadavg_ = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  const auto cursor = ReadCursorFrom(loadavg_);
  if (!cursor && loadavg_ >= 0) {
    close(loadavg_);
    loadavg_ = -1;
  }
  return cursor;
}

// Returns true unless there were certainly fewer births than numbers since the machine's count was
// last read.
bool BirthCounter::MayHaveTurned() {
  const Clock::time_point now = Clock::now();
  if (births_ && now - checked_ < kShortestBirth * pid_max_) return false;
  const std::optional<std::uint64_t> before = births_;
  births_ = ReadMachineBirths("/proc/stat");
  pid_max_ = ReadPidMax();
  checked_ = now;
  return FullTurnPossible(before, births_, pid_max_);
}

BirthCounter::Look BirthCounter::Compare(std::optional<std::uint64_t> before,
                                         std::optional<std::uint64_t> now, bool full_turn) {
  Look look;
  look.unknown = !before || !now || full_turn;
  if (look.unknown) return look;
  look.from = *before;
  look.to = *now;
  look.none = look.from == look.to;
  return look;
}

BirthCounter::Look BirthCounter::LookNow() {
  if (!cursor_) {
    // The file must be the kernel's own: the file of lxcfs does not show the cursor.
    struct statfs info {};
    usable_ = statfs("/proc/loadavg", &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
  }
  const std::optional<std::uint64_t> before = cursor_;
  if (usable_) cursor_ = ReadCursor();
  const bool turned = MayHaveTurned();
  return Compare(before, usable_ ? cursor_ : std::nullopt, turned);
}

}  // namespace taskleak::platform
