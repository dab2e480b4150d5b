// The rows of the endpoint's page: units that the same code created, by the place where they wait,
// with their trend.
#ifndef TASKLEAK_LIVE_SRC_ROWS_H_
#define TASKLEAK_LIVE_SRC_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "places.h"
#include "taskleak/live/capture.h"

namespace taskleak::live {

/// Units that the same code created, or that have the same signature if no creator is known, and
/// that wait for the same thing in the same function of the program's own.
struct Row {
  const LeakGroup* group = nullptr;  ///< the first one, if there are several
  std::vector<Place> places;         ///< the largest first; never empty
  bool deadlock = false;             ///< one of its units is in a deadlock
  std::uint64_t key = 0;             ///< the same in every look
  std::size_t count = 0;             ///< units
  std::vector<std::size_t> counts;   ///< in the last looks, the newest last
  std::vector<std::string> marks;    ///< why it is suspicious, for people
  int weight = 0;                    ///< how suspicious
};

/// Returns the rows of a report, in its order, without counts of other looks and without marks.
/// Valid as long as the report.
std::vector<Row> RowsOf(const LeakReport& report);

/// Keeps the size of each row in the last looks. Rows that are gone are forgotten. Thread-safe.
class RowHistory {
 public:
  static constexpr std::size_t kMostLooks = 40;
  static constexpr std::size_t kMostRows = 10'000;

  /// Adds a look and returns its rows. The most suspicious come first, and among equals the
  /// largest. If the look was already added, only returns its rows.
  std::vector<Row> Update(const Capture& capture);

 private:
  std::mutex mutex_;
  std::uint64_t last_look_ = 0;
  std::map<std::uint64_t, std::deque<std::size_t>> counts_;  // by key, the newest last
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_ROWS_H_
