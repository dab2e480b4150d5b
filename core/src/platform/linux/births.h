// Which thread numbers the kernel may have given out since the last look.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_BIRTHS_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_BIRTHS_H_

#include <chrono>
#include <cstdint>
#include <optional>

namespace taskleak::platform {

/// Follows the kernel's cursor for new process and thread numbers.
///
/// Numbers are given out in turn (idr_alloc_cyclic in kernel/pid.c) from one cursor per pid
/// namespace, which the last field of /proc/loadavg shows. So a number the cursor has not passed
/// cannot have been given out anew, and a cursor that stands still means that nobody was born: no
/// thread's file need be opened to know it. A full turn of the cursor between two looks would hide
/// this; it takes pid_max births, which the machine-wide count of births in /proc/stat bounds, and
/// that is read only when there was time for so many.
///
/// Not thread-safe.
class BirthCounter {
 public:
  struct Look {
    bool none = false;     ///< nobody was born since the look before
    bool unknown = false;  ///< anything may have happened
    std::uint64_t from = 0;
    std::uint64_t to = 0;  ///< the cursor went from `from` to `to`

    /// False only if the number was surely not given out since the look before.
    [[nodiscard]] bool MayHaveReused(int tid) const;
  };

  Look LookNow();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<std::uint64_t> ReadCursor();
  bool FullTurnPossible();

  int loadavg_ = -1;  // stays open
  bool usable_ = true;
  std::optional<std::uint64_t> cursor_;
  std::uint64_t pid_max_ = 0;
  Clock::time_point checked_{};          // when births_ was read
  std::optional<std::uint64_t> births_;  // of the whole machine, since boot
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_BIRTHS_H_
