// Finds out which thread numbers the kernel may have given out since the last look.
#ifndef TASKLEAK_SRC_LINUX_PROC_BIRTHS_H_
#define TASKLEAK_SRC_LINUX_PROC_BIRTHS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taskleak::platform {

/// Reads the cursor, the last field of /proc/loadavg (proc_loadavg(5)). Returns nothing if the text
/// has another form, or if the cursor is 0, as in an emulated /proc.
std::optional<std::uint64_t> ParseCursor(std::string_view loadavg);

/// Reads "processes N" of /proc/stat (proc_stat(5)): forks and thread starts of the whole machine
/// since boot. Returns nothing if the line is not there or has no end.
std::optional<std::uint64_t> ParseMachineBirths(std::string_view stat);

/// Reads the same from a file such as /proc/stat, which is long on a machine with many processors.
/// Takes no memory of the allocator's.
std::optional<std::uint64_t> ReadMachineBirths(const char* path);

/// Returns false only if the machine's births before and now show that fewer numbers were given out
/// than make a full turn of the cursor.
bool FullTurnPossible(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                      std::uint64_t pid_max);

/// Follows the kernel's cursor for new process and thread numbers.
///
/// Numbers are given out in turn (idr_alloc_cyclic in kernel/pid.c) from one cursor per pid
/// namespace, which the last field of /proc/loadavg shows. So a number that the cursor has not
/// passed was not given out again. If the cursor has not moved, no thread or process was born, and
/// no thread's file need be opened. A full turn of the cursor between two looks would hide births.
/// It takes pid_max births, and the machine-wide count of births in /proc/stat shows if there were
/// so many. That count is read only if there was time for so many births.
///
/// Not thread-safe.
class BirthCounter {
 public:
  struct Look {
    bool none = false;     ///< nothing was born since the previous look
    bool unknown = false;  ///< anything may have happened
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< the cursor went from `from` to `to`

    /// Returns false only if the number was certainly not given out since the previous look.
    [[nodiscard]] bool MayHaveReused(int tid) const;
  };

  /// Compares the cursor's places before and now, for the case of no full turn in between.
  static Look Compare(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                      bool full_turn);

  Look LookNow();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<std::uint64_t> ReadCursor();
  bool MayHaveTurned();

  int loadavg_ = -1;  // stays open
  bool usable_ = true;
  std::optional<std::uint64_t> cursor_;
  std::uint64_t pid_max_ = 0;
  Clock::time_point checked_{};          // when births_ was read
  std::optional<std::uint64_t> births_;  // of the whole machine, since boot
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_BIRTHS_H_
