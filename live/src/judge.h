// Applies the rules of a watch to one look after the other.
#ifndef TASKLEAK_LIVE_SRC_JUDGE_H_
#define TASKLEAK_LIVE_SRC_JUDGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "taskleak/leak.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/watch.h"
#include "taskleak/stuck.h"

namespace taskleak::live {

/// A look, and the other values that the rules need.
struct Evidence {
  using Time = std::chrono::steady_clock::time_point;

  CapturePtr capture;
  Time time;
  std::uint64_t resident_bytes = 0;
  const StuckReport* stuck = nullptr;  ///< of the capture, if a rule needs it
};

/// Keeps only the values of earlier looks that the rules need: sizes of groups and numbers of
/// units, but no stacks. Groups and units that are gone are forgotten. Not thread-safe.
class Judge {
 public:
  explicit Judge(std::vector<Rule> rules) : rules_(std::move(rules)) {}

  /// Returns all alarms that hold now, also those that held before.
  std::vector<Alarm> Consider(const Evidence& evidence);

 private:
  using Time = Evidence::Time;

  // Units at one place, with the time when each was first seen there.
  using Seen = std::map<std::int64_t, Time>;

  // The units of a deadlock: their kind, and their ids in order.
  using InDeadlock = std::pair<UnitKind, std::vector<std::int64_t>>;

  void RememberSizes(const LeakReport& report);
  void RememberPlaces(const LeakReport& report, Time now);
  std::vector<Alarm> Apply(const GrowthRule& rule, const Evidence& evidence);
  std::vector<Alarm> Apply(const BlockedRule& rule, const Evidence& evidence);
  std::vector<Alarm> Apply(const LimitRule& rule, const Evidence& evidence);
  bool IsOver(const std::string& what, std::uint64_t value, std::uint64_t limit, Time now,
              std::chrono::milliseconds longer_than);
  std::vector<Alarm> Apply(const DeadlockRule& rule, const Evidence& evidence);
  static std::vector<Alarm> Apply(const StuckRule& rule, const Evidence& evidence);
  // Stalls are looked for between looks (live/src/stalls.h).
  static std::vector<Alarm> Apply(const StallRule&, const Evidence&) { return {}; }

  const std::vector<Rule> rules_;
  std::map<std::string, std::deque<double>> sizes_;  // by group, the latest last
  std::map<std::string, Seen> places_;               // by group, state and stack
  std::map<std::string, Time> over_since_;           // by limit
  std::set<InDeadlock> deadlocks_;                   // of the previous look
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_JUDGE_H_
