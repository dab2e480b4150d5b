// Finds what cannot continue by itself, in programs that run for a long time.
#ifndef TASKLEAK_STUCK_H_
#define TASKLEAK_STUCK_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Names the reason why a thread or task cannot continue by itself.
enum class StuckReason {
  kDeadlock,    ///< it is in a circle: each waits for the next, or for itself
  kOwnerEnded,  ///< it waits for a lock, and the lock's owner ended without unlocking it
  kBehind,      ///< it waits, directly or through others, for one that cannot continue; or it is a
                ///< task, and the thread that runs it cannot
  kLost,        ///< tasks only: what it awaited was destroyed without resuming it
  kAllAsleep,   ///< every thread of the process waits for another one, and nothing outside of the
                ///< process can wake one of them
};

/// Returns the name that JSON and metrics use: "deadlock", "owner_ended", "behind", "lost",
/// "all_asleep". Thread-safe.
[[nodiscard]] std::string_view ToString(StuckReason reason);

/// Returns the reason as a sentence for people. Thread-safe.
[[nodiscard]] std::string_view Explain(StuckReason reason);

/// Holds threads or tasks that the same code created and that cannot continue for the same reason.
struct StuckGroup {
  StuckReason reason = StuckReason::kDeadlock;  ///< why they cannot
  LeakGroup group;                              ///< the units
};

/// Holds the threads and tasks that are shown to be unable to continue by themselves, and the
/// number of those about which nothing is known.
struct StuckReport {
  std::vector<StuckGroup> groups;   ///< in the order of the reasons, then the largest first
  std::size_t unknown_threads = 0;  ///< alive, and nothing can be said of them
  std::size_t unknown_tasks = 0;    ///< alive, and nothing can be said of them
  std::string unknown_because;      ///< why nothing can be said; empty if there are none
  std::string could_not_look;       ///< why the look failed; then empty `groups` prove nothing
};

/// Finds those of the threads and tasks in `alive` (a result of FindAlive()) that cannot continue
/// by themselves.
///
/// Needs no thresholds and reports only what is shown. A thread that is merely idle, or that
/// anything outside of the process may wake, is not reported: nothing is known about it, and the
/// report says why. A coroutine counts as lost once it has been lost for 50 ms. The call waits for
/// that time only if a coroutine seems lost.
///
/// If the calling thread is one of the program's own, it may wake all others. So only taskleak's
/// own threads, those of live::Server and live::Watch, find kAllAsleep. A thread may have gone to
/// sleep since `alive` was made, and then has an older stack there.
///
/// Costs some tens of microseconds, and about ten for each thread that waits for another.
/// Thread-safe. Throws only std::bad_alloc.
///
/// Example:
///   for (const auto& [reason, group] : taskleak::FindStuck(taskleak::FindAlive()).groups)
///     std::cerr << group.units.size() << ": " << Explain(reason) << '\n';
[[nodiscard]] StuckReport FindStuck(const LeakReport& alive);

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_STUCK_H_
