#include "hour.h"

#include <algorithm>
#include <utility>

#include "places.h"
#include "taskleak/internal/per_process.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using By = HourSeries::By;

constexpr std::chrono::seconds kLongest{3600};

HourSeries::Key KeyOf(const LeakGroup& group) {
  const Unit& first = group.first();
  if (const Frame* const creator = FirstOwn(first.created_by))
    return {By::kCreator, first.kind, FunctionText(*creator), LineText(*creator)};
  if (const Frame* const frame = FirstOwn(first.stack))
    return {By::kPlace, first.kind, FunctionText(*frame), LineText(*frame)};
  return {By::kPlace, first.kind, first.name.empty() ? "(unknown)" : OneLine(first.name), {}};
}

std::uint32_t Size(std::size_t size) { return static_cast<std::uint32_t>(size); }

// Calls `change` for everything that has one value for each look.
template <typename Series, typename Change>
void ForEachColumn(Series& series, Change change) {
  for (auto& [key, counts] : series) change(counts);
}

template <typename T>
void KeepEveryOther(std::vector<T>& values) {
  const std::size_t kept = values.size() / 2;
  for (std::size_t i = 0; i < kept; ++i) values[i] = values[2 * i];
  values.resize(kept);
}

// Returns the last look in which the count exceeded the lowest one by at most a twentieth of the
// growth.
std::optional<std::size_t> BeginOfGrowth(const std::vector<std::uint32_t>& counts,
                                         std::uint32_t lowest) {
  constexpr std::uint32_t kHardly = 20;
  const std::uint32_t growth = counts.back() - lowest;
  if (growth < 2) return std::nullopt;
  const auto low = std::find_if(counts.rbegin(), counts.rend(), [&](std::uint32_t count) {
    return count <= lowest + growth / kHardly;
  });
  return static_cast<std::size_t>(std::distance(low, counts.rend())) - 1;
}

HourSeries SeriesOf(const HourSeries::Key& key, const std::vector<std::uint32_t>& counts) {
  const std::uint32_t lowest = std::ranges::min(counts);
  return {key, counts, lowest, BeginOfGrowth(counts, lowest)};
}

}  // namespace

// New creators beyond the limit are counted together.
Hour::Counts Hour::CountsOf(const Capture& capture) const {
  Counts counts;
  std::map<std::pair<UnitKind, WaitState>, std::uint32_t> states;
  std::size_t known = series_.size();
  for (const LeakGroup& group : capture.report.groups) {
    HourSeries::Key key = KeyOf(group);
    if (!series_.contains(key) && !counts.contains(key) && ++known > kMostSeries)
      key = {By::kCreator, key.kind, "(other)", {}};
    counts[std::move(key)] += Size(group.units.size());
    for (const Unit& unit : group.units) {
      if (unit.kind == UnitKind::kThread || unit.kind == UnitKind::kTask)
        ++states[{unit.kind, unit.state}];
    }
  }
  for (const auto& [state, count] : states)
    counts[{By::kState, state.first, std::string(ToString(state.second)), {}}] = count;
  return counts;
}

void Hour::DropFirst(std::size_t looks) {
  const auto drop = [looks](auto& values) {
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(looks));
  };
  drop(times_);
  drop(threads_);
  drop(tasks_);
  ForEachColumn(series_, drop);
}

void Hour::DropLast(std::size_t looks) {
  const auto drop = [looks](auto& values) { values.resize(values.size() - looks); };
  drop(times_);
  drop(threads_);
  drop(tasks_);
  ForEachColumn(series_, drop);
}

void Hour::DropEveryOther() {
  KeepEveryOther(times_);
  KeepEveryOther(threads_);
  KeepEveryOther(tasks_);
  ForEachColumn(series_, [](auto& counts) { KeepEveryOther(counts); });
  gap_ = kLongest / kMostLooks;
  if (times_.size() > 1)
    gap_ = std::min<std::chrono::system_clock::duration>(
        gap_, (times_.back() - times_.front()) / static_cast<int>(times_.size() - 1));
}

void Hour::Add(const Capture& capture) {
  const std::lock_guard lock(mutex_);
  // Drops looks with later times, which exist if the clock was set back: they would never become
  // old, and no look would be far enough from the one before it.
  const auto is_later = [&capture](Time time) { return time > capture.time; };
  DropLast(static_cast<std::size_t>(std::ranges::count_if(times_, is_later)));
  const auto is_old = [&capture](Time time) { return capture.time - time > kLongest; };
  DropFirst(static_cast<std::size_t>(std::ranges::count_if(times_, is_old)));
  const std::size_t size = times_.size();
  // Replaces the look before this one if that is too close to its predecessor.
  if (size >= 2 && times_[size - 1] - times_[size - 2] < gap_) DropLast(1);
  if (times_.size() == kMostLooks && gap_ >= kLongest / kMostLooks) DropFirst(1);
  if (times_.size() == kMostLooks) DropEveryOther();
  Counts counts = CountsOf(capture);
  for (auto& [key, values] : series_) {
    const auto found = counts.find(key);
    values.push_back(found == counts.end() ? 0 : found->second);
    if (found != counts.end()) counts.erase(found);
  }
  for (const auto& [key, count] : counts) {
    std::vector<std::uint32_t>& values = series_[key];
    values.resize(times_.size());
    values.push_back(count);
  }
  times_.push_back(capture.time);
  threads_.push_back(Size(capture.threads));
  tasks_.push_back(Size(capture.tasks));
  std::erase_if(series_, [](const auto& each) { return std::ranges::max(each.second) == 0; });
}

bool Hour::empty() const {
  const std::lock_guard lock(mutex_);
  return times_.empty();
}

HourTable Hour::Table() const {
  const std::lock_guard lock(mutex_);
  HourTable table{times_, threads_, tasks_, {}};
  for (const auto& [key, counts] : series_) table.series.push_back(SeriesOf(key, counts));
  std::ranges::stable_sort(table.series, std::ranges::greater(), [](const HourSeries& series) {
    return std::pair(series.counts.back() - series.lowest, series.counts.back());
  });
  return table;
}

Hour& TheHour() {
  constinit static internal::PerProcess<Hour> hour;
  return hour.Get();
}

}  // namespace taskleak::live
