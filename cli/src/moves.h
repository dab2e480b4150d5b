// Finds known leaks that appear in another test: a thread that is started at first use is left by
// whichever test comes first.
#ifndef TASKLEAK_CLI_MOVES_H_
#define TASKLEAK_CLI_MOVES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "leak_table.h"

namespace taskleak::cli {

/// Says how the entries of a baseline cover the leaks of all runs.
struct Cover {
  struct OfLeak {
    std::size_t own = 0;         ///< what the entries of its own test allow
    std::size_t moved = 0;       ///< the most that entries of other tests cover in one run
    std::size_t rest = 0;        ///< the most that nothing covers in one run
    std::size_t most = 0;        ///< the most there was in one run
    std::set<std::size_t> from;  ///< entries of other tests
  };
  std::map<LeakKey, OfLeak> leaks;
  /// By entry: the most units that it covers in one run, of its own test or of others.
  std::vector<std::size_t> used;
};

/// An entry, as far as it matters here.
struct CoverEntry {
  static constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

  std::size_t allowed = 0;
  std::string signature;
};

/// Returns the entries of a leak's own test, of which the one that allows most counts.
using OwnEntries = std::function<std::vector<std::size_t>(const LeakKey&)>;

/// Covers the leaks of each run (report) by itself. First uses the entries of the leak's own test
/// (`own`). Covers the rest with what other entries of the same signature have left. So a leak that
/// stays in its test and appears in another one as well is not covered in the other.
Cover CoverLeaks(const LeakTable& leaks, const std::vector<CoverEntry>& entries,
                 const OwnEntries& own);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_MOVES_H_
