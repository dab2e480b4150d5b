// Numbers that may belong to a thread or process whose birth the kernel has not finished.
#ifndef TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_
#define TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_

#include <chrono>
#include <cstddef>
#include <vector>

#include "linux/proc/births.h"

namespace taskleak::platform {

/// Keeps the numbers that were given out within the last second and were not found yet.
///
/// The kernel gives out a number before it lists the thread or process (copy_process in
/// kernel/fork.c), and the thread that creates it may lose its processor in between. So a number
/// that is not listed may be listed by a later look, whatever was born since. Numbers that are too
/// many to look for each of them are not kept: then full lists must be read for a second.
///
/// Not thread-safe.
class RecentBirths {
 public:
  using Clock = std::chrono::steady_clock;

  /// Adds what was given out since the previous look; if that is `unknown`, adds nothing. More than
  /// `most` numbers are too many.
  void Note(const BirthCounter::Look& births, std::size_t most);
  void Note(const BirthCounter::Look& births, std::size_t most, Clock::time_point now);

  /// Returns true while numbers of the last second are missing: then what is not found may exist.
  [[nodiscard]] bool TooMany() const { return too_many_; }

  /// Forgets those for which `found` returns true.
  template <typename Found>
  void EraseIf(const Found& found) {
    std::erase_if(births_, [&found](const Birth& birth) { return found(birth.number); });
  }

 private:
  struct Birth {
    int number;
    Clock::time_point noticed;
  };

  std::vector<Birth> births_;
  bool too_many_ = false;
  Clock::time_point too_many_since_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_
