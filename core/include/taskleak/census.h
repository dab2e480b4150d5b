// Counts what is alive, cheaply enough to do it often.
#ifndef TASKLEAK_CENSUS_H_
#define TASKLEAK_CENSUS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Holds the number of threads and tasks that are alive, by the facts that are known without
/// reading a stack. Does not count taskleak's own threads.
struct Census {
  /// Counts the units of one kind in one state.
  struct StateCount {
    UnitKind kind = UnitKind::kThread;    ///< what they are
    WaitState state = WaitState::kOther;  ///< what they wait for
    std::size_t count = 0;                ///< how many; never 0
  };
  /// Counts the units of one kind that one line of a function created.
  struct SiteCount {
    UnitKind kind = UnitKind::kThread;  ///< what they are
    std::string site;       ///< the innermost function of the program that created them, without
                            ///< parameters; empty when unknown
    std::string line;       ///< in that function, "src/server.cc:41"; without debug information
                            ///< the module and the address in it, "server+0x1234"; empty when
                            ///< unknown
    std::size_t count = 0;  ///< how many; never 0
    std::chrono::milliseconds oldest{0};  ///< age of the oldest; 0 when unknown
  };

  std::size_t threads = 0;         ///< alive; 0 if they cannot be counted
  std::size_t unjoined = 0;        ///< threads that ended and were not joined (needs the hooks)
  std::size_t tasks = 0;           ///< alive
  std::vector<StateCount> states;  ///< of those alive
  std::vector<SiteCount> sites;    ///< of those alive; the most frequent first

  // Totals since the process began, without taskleak's own threads. They never fall.
  std::uint64_t threads_born = 0;   ///< created through the hooks
  std::uint64_t threads_ended = 0;  ///< of those, ended or could not be created after all
  std::uint64_t tasks_born = 0;     ///< registered
  std::uint64_t tasks_ended = 0;    ///< of those, ended
};

/// Counts what is alive now.
///
/// Takes the state of a thread from its system call alone, so it distinguishes waits on a futex
/// less finely than a report does. With very many threads, each census looks at only some of them,
/// new ones first, and counts the others as they were when last seen. Costs about 2 us for each
/// thread, about a millisecond at most for all of them, and about 50 ns for each task. The first
/// census that meets a creator reads its line from the debug information, once. Does not disturb
/// any thread. Thread-safe. Throws only std::bad_alloc.
///
/// Example:
///   gauge.Set(static_cast<double>(taskleak::TakeCensus().threads));
[[nodiscard]] Census TakeCensus();

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_CENSUS_H_
