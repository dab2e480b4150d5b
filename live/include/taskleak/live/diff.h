// What changed between two captures.
#ifndef TASKLEAK_LIVE_DIFF_H_
#define TASKLEAK_LIVE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// The groups that are not the same in two captures. Units belong together if the same code created
/// them (and the same test, if any); where that is not known, if they stand at the same place.
struct Diff {
  /// What became of a group.
  enum class Kind {
    kAppeared,  ///< there was none
    kGrew,      ///< there are more units
    kShrank,    ///< there are fewer
    kVanished,  ///< there is none any more
  };
  /// One group that is not what it was.
  struct Change {
    Kind kind = Kind::kGrew;           ///< what became of it
    std::size_t before = 0;            ///< how many there were
    std::size_t after = 0;             ///< how many there are
    std::size_t fresh = 0;             ///< of those that there are, how many are others than before
    const LeakGroup* group = nullptr;  ///< as it is, or for a vanished one as it was
  };

  CapturePtr from;              ///< the earlier one
  CapturePtr to;                ///< the later one
  std::vector<Change> changes;  ///< largest growth first; groups that only exchanged units are not
                                ///< among them

  /// As a person reads it, the stacks included.
  [[nodiscard]] std::string ToText() const;
  /// {"from":{...},"to":{...},"changes":[{"change":"grew","before":1,"after":9,...}]}
  [[nodiscard]] std::string ToJson() const;
};

/// Compares; `from` is the earlier one. Thread-safe.
///
/// Example:
///   const auto before = taskleak::live::TakeCapture();
///   HandleRequests();
///   std::cout << taskleak::live::Compare(before, taskleak::live::TakeCapture()).ToText();
[[nodiscard]] Diff Compare(CapturePtr from, CapturePtr to);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_DIFF_H_
