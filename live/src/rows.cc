#include "rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "group_key.h"
#include "taskleak/live/growth.h"
#include "taskleak/live/watch.h"
#include "wording.h"

namespace taskleak::live {
namespace {

// Returns the place where a unit waits: the innermost frame of the program's own. A running unit
// has no fixed place.
std::string WhereText(const Unit& unit) {
  if (unit.state == WaitState::kRunning) return {};
  const Frame* const own = std::find_if(unit.stack.begin(), unit.stack.end(), [](const Frame& f) {
    return !f.runtime && !f.function.empty();
  });
  if (own == unit.stack.end()) return unit.stack.empty() ? unit.name : std::string();
  return FunctionText(*own) + LineText(*own);
}

using UnitKey = std::pair<UnitKind, std::int64_t>;

std::set<UnitKey> UnitsInDeadlocks(const LeakReport& report) {
  std::set<UnitKey> units;
  for (const Deadlock& deadlock : report.deadlocks) {
    for (const Unit& unit : deadlock.units) units.emplace(unit.kind, unit.id);
  }
  return units;
}

std::size_t MostAtOnePlace(const Row& row) {
  std::size_t most = 0;
  for (const Place units : row.places) {
    if (IsBlocked(units.front())) most = std::max(most, units.size());
  }
  return most;
}

// Marks a row that grew in the last looks by its robust slope (taskleak/live/growth.h): by two or
// more, and by a tenth of its size.
void MarkGrowth(Row& row) {
  constexpr std::size_t kWindow = 6;
  const std::size_t looks = std::min(kWindow, row.counts.size());
  if (looks < 3) return;
  const std::vector<double> window(row.counts.end() - static_cast<std::ptrdiff_t>(looks),
                                   row.counts.end());
  const double growth = RobustSlope(window) * static_cast<double>(looks - 1);
  if (growth < std::max(2.0, window.back() / 10)) return;
  row.marks.push_back(fmt::format("grew by {} in {} looks", std::lround(growth), looks));
  row.weight += 4;
}

void Mark(Row& row) {
  if (row.deadlock) {
    row.marks.emplace_back("deadlock");
    row.weight += 8;
  }
  MarkGrowth(row);
  if (const std::size_t most = MostAtOnePlace(row); most > BlockedRule().more_than) {
    row.marks.push_back(fmt::format("{} blocked at one place", most));
    row.weight += 2;
  }
}

std::chrono::milliseconds OldestAge(const Row& row) {
  std::chrono::milliseconds oldest{0};
  for (const Place units : row.places)
    oldest = std::max(oldest, std::ranges::max_element(units, {}, &Unit::age)->age);
  return oldest;
}

// Marks the oldest unit of all that wait and have a known creator. Units that never end by design
// mostly have neither.
void MarkOldest(std::vector<Row>& rows) {
  Row* oldest = nullptr;
  std::size_t candidates = 0;
  for (Row& row : rows) {
    const Unit& first = row.places.front().front();
    if (!IsBlocked(first) || first.created_by.empty()) continue;
    ++candidates;
    if (oldest == nullptr || OldestAge(row) > OldestAge(*oldest)) oldest = &row;
  }
  if (candidates < 2) return;
  oldest->marks.emplace_back("oldest");
  oldest->weight += 1;
}

void Sort(std::vector<Row>& rows) {
  std::ranges::stable_sort(rows, std::ranges::greater(),
                           [](const Row& row) { return std::pair(row.weight, row.count); });
}

}  // namespace

std::vector<Row> RowsOf(const LeakReport& report) {
  const std::set<UnitKey> deadlocked = UnitsInDeadlocks(report);
  std::vector<Row> rows;
  std::map<std::string, std::size_t> known;  // indices of rows; more than one group may have a key
  for (const LeakGroup& group : report.groups) {
    const std::string creator = GroupKey(group);
    for (const Place units : PlacesOf(group)) {
      const Unit& first = units.front();
      const std::string text =
          fmt::format("{}\n{}\n{}", creator, ToString(first.state), WhereText(first));
      const auto [at, is_new] = known.try_emplace(text, rows.size());
      if (is_new) rows.emplace_back();
      Row& row = rows[at->second];
      if (is_new) row.group = &group;
      row.key = std::hash<std::string>()(text);
      row.deadlock = row.deadlock || std::ranges::any_of(units, [&deadlocked](const Unit& unit) {
                       return deadlocked.contains({unit.kind, unit.id});
                     });
      row.places.push_back(units);
      row.count += units.size();
    }
  }
  for (Row& row : rows) std::ranges::stable_sort(row.places, std::ranges::greater(), &Place::size);
  return rows;
}

std::vector<Row> RowHistory::Update(const Capture& capture) {
  std::vector<Row> rows = RowsOf(capture.report);
  const std::lock_guard lock(mutex_);
  const bool is_first = last_look_ == 0;
  const bool is_new = capture.id > last_look_;
  std::map<std::uint64_t, std::deque<std::size_t>> counts;
  for (Row& row : rows) {
    const auto known = counts_.find(row.key);
    std::deque<std::size_t> series = known != counts_.end() ? known->second
                                     : is_first || !is_new  ? std::deque<std::size_t>()
                                                            : std::deque<std::size_t>{0};
    if (is_new || series.empty()) series.push_back(row.count);
    if (series.size() > kMostLooks) series.pop_front();
    row.counts.assign(series.begin(), series.end());
    if (counts.size() < kMostRows) counts.insert_or_assign(row.key, std::move(series));
    Mark(row);
  }
  if (is_new) {
    counts_ = std::move(counts);
    last_look_ = capture.id;
  }
  MarkOldest(rows);
  Sort(rows);
  return rows;
}

}  // namespace taskleak::live
