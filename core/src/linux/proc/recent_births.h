// Keeps numbers that may belong to a thread or process whose birth the kernel has not finished.
#ifndef TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_
#define TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_

#include <chrono>
#include <cstddef>
#include <vector>

#include "linux/proc/births.h"

namespace taskleak::platform {

/// Keeps the numbers that were given out and not found yet, until they have been looked for in vain
/// a second later.
///
/// The kernel gives out a number before it lists the thread or process (copy_process in
/// kernel/fork.c), and the thread that creates it may lose its processor in between. So a number
/// that is not listed may be listed by a later look, whatever was born since, and however late that
/// look is. Numbers that are too many to look for each of them are not kept: then full lists must
/// be read, also until a second later.
///
/// Most numbers never become this process's, so each is looked for again only by the next look, and
/// then whenever its age has grown by a third: a birth that takes a time t is found by every look
/// that begins t / 3 after its end or later. The same holds for full lists.
///
/// Not thread-safe.
class RecentBirths {
 public:
  using Clock = std::chrono::steady_clock;

  /// Adds what was given out since the previous look; if that is `unknown`, adds nothing. More than
  /// `most` numbers are too many.
  void Note(const BirthCounter::Look& births, std::size_t most);
  void Note(const BirthCounter::Look& births, std::size_t most, Clock::time_point now);

  /// Returns true if numbers are missing and this look must read a full list.
  [[nodiscard]] bool MustRead() const { return too_many_ && IsDue(full_list_); }

  /// Forgets numbers for which `found` returns true. Calls it only for numbers that this look must
  /// look for.
  template <typename Found>
  void EraseIf(const Found& found) {
    std::erase_if(births_, [this, &found](Birth& birth) {
      if (!IsDue(birth.pace)) return false;
      birth.pace.last = now_;
      return found(birth.number);
    });
  }

  /// Records that this look has read a full list, and forgets numbers for which `is_listed` returns
  /// true.
  template <typename IsListed>
  void NoteFullList(const IsListed& is_listed) {
    full_list_.last = now_;
    std::erase_if(births_, [this, &is_listed](Birth& birth) {
      birth.pace.last = now_;
      return is_listed(birth.number);
    });
  }

 private:
  // Holds when something was noticed, and when it was last looked for.
  struct Pace {
    Clock::time_point noticed;
    Clock::time_point last;
  };
  struct Birth {
    int number;
    Pace pace;
  };

  [[nodiscard]] bool IsDue(const Pace& pace) const {
    return now_ - pace.last >= (now_ - pace.noticed) / 4;
  }

  std::vector<Birth> births_;
  bool too_many_ = false;
  Pace full_list_;         // since when there were too many, and the last full list
  Clock::time_point now_;  // of the last Note() that had anything to note
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_RECENT_BIRTHS_H_
