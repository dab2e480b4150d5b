// Looks that cannot miss units that are handed over during the look.
#ifndef TASKLEAK_SRC_ALIVE_SURE_LOOK_H_
#define TASKLEAK_SRC_ALIVE_SURE_LOOK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "alive/straggler.h"
#include "base/result.h"
#include "linux/proc/thread_list.h"
#include "registry/snapshot_data.h"
#include "registry/task_registry.h"

namespace taskleak::alive {

/// Counts of births. If two marks are equal, no thread or task was born in between.
struct BirthMark {
  std::uint64_t births = 0;       ///< see platform::ListThreads()
  std::uint64_t next_thread = 0;  ///< see registry::NextSerial()
  registry::Epoch epoch = 0;      ///< see registry::BeginEpoch()
  std::shared_ptr<const platform::ThreadIds> listed;

  bool operator==(const BirthMark&) const = default;
};

/// Returns the mark of a snapshot.
BirthMark MarkOf(const internal::SnapshotData& data);

/// One look.
struct MarkedLook {
  BirthMark births;  ///< the mark at its beginning
  Stragglers left;
  std::optional<Error> failure{};  ///< if nothing is known
};

/// Looks until a straggler is found, or it is certain that there was none at one moment.
///
/// A look sees units one after the other, so it can miss a chain: a thread starts its successor
/// after the list was read, and ends before it is looked at. So an empty look counts only under two
/// conditions: nothing was born between its beginning and the beginning of the second look after
/// it, and both following looks are empty too. Then every thread that was alive at the beginning
/// was on the list, or was still being created by a thread on the list, and the next look finds it.
/// If births go on all the time (also in other processes), the last of several looks counts, or the
/// last within two seconds.
///
/// `before` is the mark of the snapshot. Without a birth since then, one look is enough.
Stragglers LookUntilSure(const std::function<MarkedLook()>& look, const BirthMark& before);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_SURE_LOOK_H_
