// Looks that cannot miss what is handed over while they are under way.
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

/// How many threads and tasks were ever born, as far as it takes to see that none was in between.
struct BirthMark {
  std::uint64_t births = 0;       ///< see platform::ListThreads()
  std::uint64_t next_thread = 0;  ///< see registry::NextSerial()
  registry::Epoch epoch = 0;      ///< see registry::BeginEpoch()
  std::shared_ptr<const platform::ThreadIds> listed;

  bool operator==(const BirthMark&) const = default;
};

/// The mark of a snapshot.
BirthMark MarkOf(const internal::SnapshotData& data);

/// One look.
struct MarkedLook {
  BirthMark births;  ///< as they stood at its beginning
  Stragglers left;
  std::optional<Error> failure{};  ///< if nothing is known
};

/// Looks until a straggler is found, or it is sure that at one moment there was none.
///
/// Whatever is looked at one after the other can be handed on behind the look's back: a thread
/// starts its successor, which is not on the list any more, and ends before it is looked at. So an
/// empty look counts only if nothing was born between its beginning and that of the second look
/// after it, both of which are empty too. What was alive at the beginning was then on the list, or
/// still being created by a thread that was; and of that, the next look finds what is left.
/// Where births go on all the time (of other processes, too), the last of some looks counts.
///
/// `before` is the mark of what is compared with: without any birth since then, one look is enough.
Stragglers LookUntilSure(const std::function<MarkedLook()>& look, const BirthMark& before);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_SURE_LOOK_H_
