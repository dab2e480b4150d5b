#include "report/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "report/state_words.h"
#include "taskleak/internal/frame_code.h"
#include "taskleak/internal/utf8.h"

namespace taskleak::report {
namespace {

bool HasOnlyLiveUnits(const LeakReport& report) {
  return std::ranges::none_of(report.groups, [](const LeakGroup& group) {
    return group.first().kind == UnitKind::kUnjoinedThread ||
           group.first().state == WaitState::kEnded;
  });
}

}  // namespace

void UnitCounts::Add(const LeakReport& report) {
  for (const LeakGroup& group : report.groups)
    counts_.at(static_cast<std::size_t>(group.first().kind)) += group.units.size();
}

std::string UnitCounts::Text() const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_.at(i) > 0)
      parts.push_back(Count(counts_.at(i), internal::Noun(static_cast<UnitKind>(i))));
  }
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i)
    result += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return result;
}

std::string Duration(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (ms < 120'000) return fmt::format("{} s", ms / 1000);
  return fmt::format("{} min {} s", ms / 60'000, ms / 1000 % 60);
}

std::string_view Doing(const Unit& unit) {
  if (unit.kind == UnitKind::kUnjoinedThread) return "ended, but neither joined nor detached";
  const bool blocked = unit.kind == UnitKind::kThread && !unit.detail.empty();
  return unit.state == WaitState::kOther && blocked ? "blocked" : Phrase(unit.state);
}

std::string_view Noun(UnitKind kind) {
  return internal::Noun(kind == UnitKind::kUnjoinedThread ? UnitKind::kThread : kind);
}

std::string UnitText(std::string_view noun, std::int64_t id, const std::string& name) {
  return fmt::format("{} {}", noun, id) + (name.empty() ? "" : " \"" + name + '"');
}

std::string OnWhat(const Unit& unit) {
  if (!unit.held_by) return unit.detail;
  const Holder& holder = *unit.held_by;
  const bool joins = unit.state == WaitState::kJoin;
  std::string text = unit.detail;
  if (!text.empty()) text += ", ";
  if (!joins) text += holder.queued ? "behind " : "held by ";
  if (holder.id == unit.id) return text + "itself";
  return text + UnitText("thread", holder.id, holder.name) + ", which " +
         (holder.ended ? "has ended" : fmt::format("is {}", Phrase(holder.state)));
}

namespace {

std::string Lock(const Unit& unit) {
  return fmt::format("{} {:#x}", unit.state == WaitState::kRwlock ? "read-write lock" : "mutex",
                     unit.waits_at);
}

bool IsOfTasks(const Deadlock& deadlock) { return deadlock.units.front().kind == UnitKind::kTask; }

bool HasJoin(const Deadlock& deadlock) {
  return std::any_of(deadlock.units.begin(), deadlock.units.end(),
                     [](const Unit& unit) { return unit.state == WaitState::kJoin; });
}

}  // namespace

std::string_view DeadlockNoun(const Deadlock& deadlock) {
  return IsOfTasks(deadlock) ? "coroutine" : "thread";
}

std::string DeadlockTitle(const Deadlock& deadlock) {
  return (deadlock.kind == Deadlock::Kind::kOwnerEnded ? "ABANDONED: " : "DEADLOCK: ") +
         internal::DeadlockText(deadlock);
}

std::string DeadlockEdge(const Deadlock& deadlock, const Unit& unit) {
  const std::string_view noun = IsOfTasks(deadlock) ? "task" : "thread";
  const std::string waiter = UnitText(noun, unit.id, unit.name);
  const auto holder = [&] { return UnitText(noun, unit.held_by->id, unit.held_by->name); };
  if (IsOfTasks(deadlock)) return fmt::format("{} awaits {}", waiter, holder());
  if (deadlock.kind == Deadlock::Kind::kOwnerEnded) return waiter + " waits for it";
  if (deadlock.kind == Deadlock::Kind::kSelf) {
    return waiter +
           (unit.state == WaitState::kJoin ? " waits for its own end" : " waits for " + Lock(unit));
  }
  if (unit.state == WaitState::kJoin) return fmt::format("{} joins {}", waiter, holder());
  if (unit.held_by->queued)
    return fmt::format("{} waits for {}, behind {}, which waits to write", waiter, Lock(unit),
                       holder());
  return fmt::format("{} waits for {}, held by {}", waiter, Lock(unit), holder());
}

std::string_view DeadlockHint(const Deadlock& deadlock) {
  if (IsOfTasks(deadlock)) return "let one of them continue without the other, or destroy them";
  if (deadlock.kind == Deadlock::Kind::kOwnerEnded)
    return "use std::lock_guard, which also unlocks when the function returns early or throws";
  if (deadlock.kind == Deadlock::Kind::kSelf)
    return HasJoin(deadlock) ? "let another thread join it"
                             : "call what needs the lock after unlocking it, or split off a part "
                               "that expects it locked";
  return HasJoin(deadlock)
             ? "do not join a thread while holding a lock that it may need"
             : "take these locks in the same order everywhere, or with std::scoped_lock";
}

namespace {

// IsHeadline() recognizes headlines by these words.
constexpr std::string_view kStillOpen = "still open";
constexpr std::string_view kStillAlive = "still alive";
constexpr std::string_view kLeftBehind = "left behind";
constexpr std::string_view kNeverReturns = " never returns: ";
constexpr std::string_view kDidNotReturn = " did not return within ";
constexpr std::string_view kCouldNotLook = "could not look";

// "NodeTest: TearDownTestSuite did not return within 60 s"
std::string HangTitle(const LeakReport& report) {
  const std::string what = fmt::format("{}{}{}", report.test.empty() ? "the test" : report.test,
                                       report.phase.empty() ? "" : ": ", report.phase);
  switch (report.standstill) {
    case Standstill::kAllAsleep:
      return fmt::format("{}{}all threads are asleep", what, kNeverReturns);
    case Standstill::kDeadlock:
      return fmt::format("{}{}its thread is in a deadlock", what, kNeverReturns);
    case Standstill::kNone:
      break;
  }
  return fmt::format("{}{}{}", what, kDidNotReturn, Duration(report.waited));
}

std::string LeakHeadline(const LeakReport& report, const std::string& units) {
  std::string when;
  if (report.waited.count() > 0) when = ' ' + Duration(report.waited);
  if (!report.test.empty())
    when += " after " + report.test;
  else if (!when.empty())
    when = " after" + when;
  const bool open =
      report.groups.front().first().kind == UnitKind::kDescriptor;  // then all groups are
  return fmt::format("{}, {} {}{}", Count(Findings(report).size(), "leak"), units,
                     open                       ? kStillOpen
                     : HasOnlyLiveUnits(report) ? kStillAlive
                                                : kLeftBehind,
                     when);
}

constexpr std::string_view kAllWait = "every thread of the process is waiting for another";

// Returns what would take the unit off the report: "end". A thread that has ended can only be
// joined.
std::string_view Remedy(const Unit& unit) {
  if (unit.kind == UnitKind::kDescriptor) return "close";
  if (unit.kind == UnitKind::kUnjoinedThread) return "join";
  return unit.state == WaitState::kEnded ? "wait for" : "end";
}

}  // namespace

std::string WhyNotLonger(const LeakReport& report) {
  if (report.standstill != Standstill::kAllAsleep || report.groups.empty()) return {};
  if (report.verdict == Verdict::kHang)
    return fmt::format("{}, and nothing outside of it can wake one", kAllWait);
  std::set<std::string_view> remedies;
  for (const LeakGroup& group : report.groups) remedies.insert(Remedy(group.first()));
  // If nothing that is left can wait, there may be no other thread at all.
  const std::string_view why =
      remedies.contains("end") ? kAllWait : "no other thread of the process can run";
  return fmt::format("nothing can {} {}: {}", fmt::join(remedies, " or "),
                     report.unit_count() == 1 ? "it" : "them", why);
}

std::string Headline(const LeakReport& report) {
  UnitCounts counts;
  counts.Add(report);
  const std::string units = counts.Text();
  switch (report.verdict) {
    case Verdict::kCouldNotLook:
      return fmt::format("taskleak {} for leaks{}: {}", kCouldNotLook,
                         report.test.empty() ? "" : " after " + report.test, report.could_not_look);
    case Verdict::kHang:
      return fmt::format("{}; alive: {}", HangTitle(report),
                         units.empty() ? "nothing that could be seen" : units);
    case Verdict::kAlive:
      return "alive: " + (units.empty() ? "nothing but the caller" : units);
    case Verdict::kLeak:
      return LeakHeadline(report, units);
    case Verdict::kClean:
      break;
  }
  return "no leaks";
}

// Lines about one unit may contain these words as well, but begin in another way than a headline of
// leaks.
bool IsHeadline(std::string_view line) {
  const auto is_in = [line](std::string_view words) {
    return line.find(words) != std::string_view::npos;
  };
  if (is_in(kNeverReturns) || is_in(kDidNotReturn) || is_in(kCouldNotLook)) return true;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && line.substr(digits).starts_with(" leak") &&
         (is_in(kStillOpen) || is_in(kStillAlive) || is_in(kLeftBehind));
}

std::vector<std::span<const LeakGroup>> Findings(const LeakReport& report) {
  std::vector<std::span<const LeakGroup>> findings;
  for (auto from = report.groups.begin(); from != report.groups.end();) {
    const auto to = std::find_if(from + 1, report.groups.end(), [&from](const LeakGroup& group) {
      return group.part_of.empty() || group.part_of != from->signature;
    });
    findings.emplace_back(from, to);
    from = to;
  }
  return findings;
}

std::vector<std::span<const Unit>> Places(const LeakGroup& group) {
  std::vector<std::span<const Unit>> places;
  for (auto from = group.units.begin(); from != group.units.end();) {
    const auto to = std::find_if(from, group.units.end(), [&from](const Unit& unit) {
      return unit.state != from->state || !internal::IsSameCode(unit.stack, from->stack);
    });
    places.emplace_back(from, to);
    from = to;
  }
  return places;
}

namespace {

// Returns the values in the order of the units, without empty ones.
std::vector<std::string> DistinctValues(std::span<const Unit> units,
                                        const std::function<std::string(const Unit&)>& value) {
  std::vector<std::string> distinct;
  std::unordered_set<std::string> seen;
  for (const Unit& unit : units) {
    std::string each = value(unit);
    if (!each.empty() && seen.insert(each).second) distinct.push_back(std::move(each));
  }
  return distinct;
}

std::string FirstOf(const std::vector<std::string>& values, std::size_t most,
                    std::string_view separator, std::string_view noun) {
  const auto shown = static_cast<std::ptrdiff_t>(std::min(values.size(), most));
  std::string result =
      fmt::format("{}", fmt::join(values.begin(), values.begin() + shown, separator));
  if (values.size() <= most) return result;
  result.append(separator).append("...");
  if (!noun.empty()) result += " (" + Count(values.size(), noun) + ')';
  return result;
}

}  // namespace

std::string Distinct(std::span<const Unit> units, std::string_view noun,
                     const std::function<std::string(const Unit&)>& value) {
  constexpr std::size_t kMost = 4;
  return FirstOf(DistinctValues(units, value), kMost, ", ", noun);
}

std::string DistinctDetails(std::span<const Unit> units) {
  constexpr std::size_t kMost = 2;
  return FirstOf(DistinctValues(units, OnWhat), kMost, "; ", "detail");
}

std::string Printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    std::size_t length = internal::Utf8Length(text);
    if (internal::BeginsWithControl(text) && text.front() != '\n') length = 0;
    if (length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

}  // namespace taskleak::report

std::string taskleak::internal::DeadlockText(const Deadlock& deadlock) {
  const Unit& first = deadlock.units.front();
  switch (deadlock.kind) {
    case Deadlock::Kind::kSelf:
      if (report::IsOfTasks(deadlock)) return "a coroutine awaits itself";
      return report::HasJoin(deadlock) ? "a thread joins itself"
                                       : "a thread waits for a lock that it holds itself";
    case Deadlock::Kind::kOwnerEnded:
      return fmt::format("{} was not unlocked by {}, which has ended", report::Lock(first),
                         report::UnitText("thread", first.held_by->id, first.held_by->name));
    case Deadlock::Kind::kCycle:
      break;
  }
  return fmt::format("{} {} each other",
                     Count(deadlock.units.size(), report::DeadlockNoun(deadlock)),
                     report::IsOfTasks(deadlock) ? "await" : "wait for");
}
