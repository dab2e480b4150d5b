// What watches have found, for the metrics.
#ifndef TASKLEAK_LIVE_SRC_SUSPICIONS_H_
#define TASKLEAK_LIVE_SRC_SUSPICIONS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "taskleak/leak.h"
#include "taskleak/stuck.h"

namespace taskleak::live {

/// The number of stuck units by their kind and the reason.
using StuckCounts = std::map<std::pair<UnitKind, StuckReason>, std::size_t>;

/// What one watch finds, until its end. Thread-safe.
class Findings {
 public:
  Findings() = default;
  ~Findings();
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  /// Sets how many units are suspected for that reason from now on.
  void SetSuspected(const std::string& reason, std::size_t units);
  /// Sets how many units cannot continue by themselves.
  void SetStuck(StuckCounts counts);
};

/// Returns the counts by reason. All watches look at the same units, so this is the largest count
/// of one watch; 0 if the watches that found some have ended. Thread-safe.
std::map<std::string, std::size_t> Suspected();

/// Returns the largest count of one watch in the same way; nothing if no watch looks for stuck
/// units. Thread-safe.
std::optional<StuckCounts> Stuck();

/// Counts turns of tasks that took too long. Thread-safe.
void AddStalls(std::size_t turns);

/// Returns the number of such turns in this process; nothing if no watch has looked for them.
/// Thread-safe.
std::optional<std::uint64_t> StallsSoFar();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_SUSPICIONS_H_
