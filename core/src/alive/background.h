// Units that no scope judges any more: those that were reported once, that are allowed, or that the
// program declares as its own.
#ifndef TASKLEAK_SRC_ALIVE_BACKGROUND_H_
#define TASKLEAK_SRC_ALIVE_BACKGROUND_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>

#include "linux/proc/thread_list.h"
#include "taskleak/leak.h"
#include "taskleak/snapshot.h"

namespace taskleak::alive {

/// Units by what a report calls them (Unit::id).
struct UnitIds {
  std::unordered_set<std::int64_t> threads;  ///< alive, or ended and not joined
  std::unordered_set<std::uint64_t> tasks;
  std::unordered_set<std::int64_t> processes;

  void Add(UnitKind kind, std::int64_t id);
};

/// Makes these units background: from now on no look finds them, not even after one of their
/// threads has ended without a join. Thread-safe, like all that follows.
void Adopt(const UnitIds& units);

/// Makes one thread background that needs no record of its birth, such as taskleak's own.
void AdoptThread(const platform::ThreadId& id);

/// Counts units that became background and were not before.
struct Adopted {
  std::size_t threads = 0;  ///< alive, or ended and not joined
  std::size_t tasks = 0;
  std::size_t processes = 0;
};

/// Makes all that was born since `before` background.
Adopted AdoptBornSince(const Snapshot& before);

/// Makes all that is alive, and all threads that ended unjoined, background.
void AdoptAll();

/// Returns the threads that are background, sorted; null while there are none. Some may have ended.
std::shared_ptr<const platform::ThreadIds> BackgroundThreads();

/// Returns the child processes that are background, sorted; null while there are none.
std::shared_ptr<const platform::ThreadIds> BackgroundProcesses();

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_BACKGROUND_H_
