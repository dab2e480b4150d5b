#include "judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <variant>

#include "group_key.h"
#include "places.h"
#include "taskleak/internal/words.h"
#include "taskleak/live/growth.h"
#include "wording.h"

namespace taskleak::live {
namespace {

// 8 threads "worker" created by Pool::Start() (src/pool.cc:42)
std::string UnitsAndCreator(std::size_t count, const LeakGroup& group) {
  std::string text = CountText(count, group.units);
  if (const Frame* const creator = FirstOwn(group.first().created_by))
    text += fmt::format(" created by {} ({})", FunctionText(*creator), LineText(*creator));
  return text;
}

// Compares stacks of different looks by their addresses.
std::string PlaceKey(const LeakGroup& group, Place units) {
  const Unit& first = units.front();
  std::string key = GroupKey(group) + std::string(ToString(first.state));
  for (const Frame& frame : first.stack) key += fmt::format(" {:x}", frame.address);
  return key;
}

std::size_t LongestWindow(const std::vector<Rule>& rules) {
  std::size_t looks = 0;
  for (const Rule& rule : rules) {
    if (const auto* growth = std::get_if<GrowthRule>(&rule)) looks = std::max(looks, growth->looks);
  }
  return looks;
}

std::string Seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

// 2 threads wait for each other: 4129, 4130
std::string DeadlockAlarm(const Deadlock& deadlock, const std::vector<std::int64_t>& ids) {
  const bool of_one_lock = deadlock.kind == Deadlock::Kind::kOwnerEnded;
  return fmt::format("{}{}: {}", OneLine(internal::DeadlockText(deadlock)),
                     of_one_lock ? "; waiting for it" : "", fmt::join(ids, ", "));
}

}  // namespace

std::vector<Alarm> Judge::Consider(const Evidence& evidence) {
  RememberSizes(evidence.capture->report);
  RememberPlaces(evidence.capture->report, evidence.time);
  std::vector<Alarm> alarms;
  for (const Rule& rule : rules_) {
    std::vector<Alarm> more =
        std::visit([&](const auto& each) { return Apply(each, evidence); }, rule);
    std::ranges::move(more, std::back_inserter(alarms));
  }
  for (Alarm& alarm : alarms) alarm.capture = evidence.capture;
  return alarms;
}

void Judge::RememberSizes(const LeakReport& report) {
  std::map<std::string, double> now;
  for (const LeakGroup& group : report.groups)
    now[GroupKey(group)] += static_cast<double>(group.units.size());
  std::erase_if(sizes_, [&now](const auto& known) { return !now.contains(known.first); });
  for (const auto& [key, size] : now) {
    std::deque<double>& series = sizes_[key];
    series.push_back(size);
    if (series.size() > LongestWindow(rules_)) series.pop_front();
  }
}

void Judge::RememberPlaces(const LeakReport& report, Time now) {
  std::map<std::string, Seen> places;
  for (const LeakGroup& group : report.groups) {
    for (const Place units : PlacesOf(group)) {
      if (!IsBlocked(units.front())) continue;
      std::string key = PlaceKey(group, units);
      const auto known = places_.find(key);
      Seen& seen = places[std::move(key)];
      for (const Unit& unit : units) {
        const bool was = known != places_.end() && known->second.contains(unit.id);
        seen[unit.id] = was ? known->second[unit.id] : now;
      }
    }
  }
  places_ = std::move(places);
}

std::vector<Alarm> Judge::Apply(const GrowthRule& rule, const Evidence& evidence) {
  std::vector<Alarm> alarms;
  std::set<std::string> done;
  for (const LeakGroup& group : evidence.capture->report.groups) {
    std::string key = GroupKey(group);
    const std::deque<double>& series = sizes_.at(key);
    if (!done.insert(std::move(key)).second || series.size() < rule.looks) continue;
    const std::vector<double> window(series.end() - static_cast<std::ptrdiff_t>(rule.looks),
                                     series.end());
    const double growth = RobustSlope(window) * static_cast<double>(rule.looks - 1);
    if (growth < static_cast<double>(rule.at_least)) continue;
    const auto now = static_cast<std::size_t>(window.back());
    alarms.push_back({"growth",
                      fmt::format("{} in {} looks, now {}", std::lround(growth), rule.looks,
                                  UnitsAndCreator(now, group)),
                      now, group.signature, nullptr});
  }
  return alarms;
}

std::vector<Alarm> Judge::Apply(const BlockedRule& rule, const Evidence& evidence) {
  std::vector<Alarm> alarms;
  for (const LeakGroup& group : evidence.capture->report.groups) {
    for (const Place units : PlacesOf(group)) {
      const auto known = places_.find(PlaceKey(group, units));
      if (known == places_.end()) continue;
      const auto stuck =
          static_cast<std::size_t>(std::ranges::count_if(known->second, [&](const auto& unit) {
            return evidence.time - unit.second >= rule.longer_than;
          }));
      if (stuck <= rule.more_than) continue;
      alarms.push_back(
          {"blocked",
           fmt::format("for more than {} at one place ({}): {}", Seconds(rule.longer_than),
                       ToString(units.front().state), UnitsAndCreator(stuck, group)),
           stuck, group.signature, nullptr});
    }
  }
  return alarms;
}

bool Judge::IsOver(const std::string& what, std::uint64_t value, std::uint64_t limit, Time now,
                   std::chrono::milliseconds longer_than) {
  const std::string key = fmt::format("{} {}", what, limit);
  if (limit == 0 || value <= limit) {
    over_since_.erase(key);
    return false;
  }
  return now - over_since_.try_emplace(key, now).first->second >= longer_than;
}

std::vector<Alarm> Judge::Apply(const LimitRule& rule, const Evidence& evidence) {
  std::vector<Alarm> alarms;
  const auto check = [&](const std::string& what, std::uint64_t value, std::uint64_t limit,
                         std::size_t units) {
    if (!IsOver(what, value, limit, evidence.time, rule.longer_than)) return;
    alarms.push_back({"limit",
                      fmt::format("{} {}, more than {} for more than {}", value, what, limit,
                                  Seconds(rule.longer_than)),
                      units,
                      {},
                      nullptr});
  };
  const std::size_t threads = evidence.capture->threads;
  check("threads", threads, rule.threads, threads - std::min(threads, rule.threads));
  check("bytes of resident memory", evidence.resident_bytes, rule.bytes, 0);
  return alarms;
}

std::vector<Alarm> Judge::Apply(const DeadlockRule&, const Evidence& evidence) {
  std::vector<Alarm> alarms;
  std::set<InDeadlock> now;
  for (const Deadlock& deadlock : evidence.capture->report.deadlocks) {
    InDeadlock units{deadlock.units.front().kind, {}};
    auto& [kind, ids] = units;
    for (const Unit& unit : deadlock.units) ids.push_back(unit.id);
    std::ranges::sort(ids);
    if (deadlocks_.contains(units)) {
      Alarm& alarm =
          alarms.emplace_back(Alarm{"deadlock", DeadlockAlarm(deadlock, ids), ids.size(), {}, {}});
      (kind == UnitKind::kTask ? alarm.tasks : alarm.threads) = ids;
    }
    now.insert(std::move(units));
  }
  deadlocks_ = std::move(now);
  return alarms;
}

std::vector<Alarm> Judge::Apply(const StuckRule&, const Evidence& evidence) {
  std::vector<Alarm> alarms;
  if (evidence.stuck == nullptr) return alarms;
  for (const auto& [reason, group] : evidence.stuck->groups) {
    if (reason == StuckReason::kDeadlock || reason == StuckReason::kOwnerEnded) continue;
    alarms.push_back({"stuck",
                      fmt::format("{} cannot continue: {}",
                                  UnitsAndCreator(group.units.size(), group), Explain(reason)),
                      group.units.size(), group.signature, nullptr});
  }
  return alarms;
}

}  // namespace taskleak::live
