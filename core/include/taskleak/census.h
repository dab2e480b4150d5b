// Counting what is alive, often and cheaply.
#ifndef TASKLEAK_CENSUS_H_
#define TASKLEAK_CENSUS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak {

/// How many threads and tasks are alive, by what can be known without reading a stack. Taskleak's
/// own threads are not counted.
struct Census {
  /// How many units of a kind are in a state.
  struct StateCount {
    UnitKind kind = UnitKind::kThread;    ///< of units
    WaitState state = WaitState::kOther;  ///< what they wait for
    std::size_t count = 0;                ///< how many; never 0
  };
  /// How many units of a kind one function created.
  struct SiteCount {
    UnitKind kind = UnitKind::kThread;  ///< of units
    std::string site;  ///< the innermost function of its own that created them, without parameters;
                       ///< empty when not known
    std::size_t count = 0;                ///< how many; never 0
    std::chrono::milliseconds oldest{0};  ///< age of the oldest; 0 when not known
  };

  std::size_t threads = 0;   ///< alive; 0 if they cannot be counted
  std::size_t unjoined = 0;  ///< threads that ended and that nobody has joined (needs the hooks)
  std::size_t tasks = 0;     ///< alive
  std::vector<StateCount> states;  ///< of the living
  std::vector<SiteCount> sites;    ///< of the living; the most frequent first

  // Since the process began; these never fall.
  std::uint64_t threads_born = 0;   ///< created through the hooks
  std::uint64_t threads_ended = 0;  ///< of those, or could not be created after all
  std::uint64_t tasks_born = 0;     ///< registered
  std::uint64_t tasks_ended = 0;    ///< of those
};

/// Counts. What a thread waits for is taken from its system call alone, so waits on a futex are not
/// told apart as finely as in a report; with very many threads only some are looked at anew in each
/// census, new ones first, the others are counted as they were when last seen. Costs about 2 us
/// for each thread, at most about a millisecond for all of them, and some 50 ns for a task.
/// Touches no thread. Thread-safe. Does not throw but for want of memory.
///
/// Example:
///   gauge.Set(static_cast<double>(taskleak::TakeCensus().threads));
[[nodiscard]] Census TakeCensus();

}  // namespace taskleak

#endif  // TASKLEAK_CENSUS_H_
