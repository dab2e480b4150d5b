// Shows what changed between two captures.
#ifndef TASKLEAK_LIVE_DIFF_H_
#define TASKLEAK_LIVE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "taskleak/live/capture.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Holds the groups that differ between two captures. Units are in one group if the same code
/// created them (in the same test, if any) or, if that is unknown, if they are at the same place.
struct Diff {
  /// Says how a group changed.
  enum class Kind {
    kAppeared,  ///< there was no such group
    kGrew,      ///< there are more units
    kShrank,    ///< there are fewer
    kVanished,  ///< the group does not exist any more
  };
  /// Describes one group that changed.
  struct Change {
    Kind kind = Kind::kGrew;  ///< how it changed
    std::size_t before = 0;   ///< units in the earlier capture
    std::size_t after = 0;    ///< units in the later capture
    std::size_t fresh = 0;    ///< units in the later capture that are not in the earlier one
    const LeakGroup* group =
        nullptr;  ///< as in the later capture; if it vanished, as in the earlier one
  };

  CapturePtr from;              ///< the earlier one
  CapturePtr to;                ///< the later one
  std::vector<Change> changes;  ///< largest growth first; without groups that have other units but
                                ///< the same number

  /// Returns the changes as text for people, with stacks.
  [[nodiscard]] std::string ToText() const;
  /// Returns them as JSON:
  /// {"from":{...},"to":{...},"changes":[{"change":"grew","before":1,"after":9,...}]}
  [[nodiscard]] std::string ToJson() const;
};

/// Compares two captures; `from` is the earlier one. Thread-safe.
///
/// Example:
///   const auto before = taskleak::live::TakeCapture();
///   HandleRequests();
///   std::cout << taskleak::live::Compare(before, taskleak::live::TakeCapture()).ToText();
[[nodiscard]] Diff Compare(CapturePtr from, CapturePtr to);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_DIFF_H_
