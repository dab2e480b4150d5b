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

/// Sets how many units are suspected for that reason from now on. Thread-safe.
void SetSuspected(const std::string& reason, std::size_t units);

/// Returns the counts by reason. Thread-safe.
std::map<std::string, std::size_t> Suspected();

/// The number of stuck units by their kind and the reason.
using StuckCounts = std::map<std::pair<UnitKind, StuckReason>, std::size_t>;

/// Sets how many units cannot continue by themselves. Nothing: no watch looks for them any more.
/// Thread-safe.
void SetStuck(std::optional<StuckCounts> counts);

/// Returns the last counts. Thread-safe.
std::optional<StuckCounts> Stuck();

/// Counts turns of tasks that took too long. Thread-safe.
void AddStalls(std::size_t turns);

/// Returns the number of such turns in this process; nothing if no watch has looked for them.
/// Thread-safe.
std::optional<std::uint64_t> StallsSoFar();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_SUSPICIONS_H_
