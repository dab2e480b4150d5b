#include "report/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>
#include <vector>

#include "taskleak/internal/utf8.h"

namespace taskleak::report {
namespace {

// "8 threads, 1 unjoined thread and 3 tasks"
std::string KindsOf(const LeakReport& report, bool* only_live) {
  std::array<std::size_t, 3> counts{};
  for (const LeakGroup& group : report.groups)
    counts.at(static_cast<std::size_t>(group.first().kind)) += group.units.size();
  constexpr std::array<std::string_view, 3> kNouns = {"thread", "unjoined thread", "task"};
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) > 0) parts.push_back(Count(counts.at(i), kNouns.at(i)));
  }
  *only_live = counts[static_cast<std::size_t>(UnitKind::kUnjoinedThread)] == 0;
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i)
    result += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return result;
}

}  // namespace

std::string Duration(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (ms < 120'000) return fmt::format("{} s", ms / 1000);
  return fmt::format("{} min {} s", ms / 60'000, ms / 1000 % 60);
}

std::string Count(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view Doing(const Unit& unit) {
  if (unit.kind == UnitKind::kUnjoinedThread) return "ended, but neither joined nor detached";
  switch (unit.state) {
    case WaitState::kMutex:
      return "waiting for a mutex";
    case WaitState::kRwlock:
      return "waiting for a read-write lock";
    case WaitState::kCondvar:
      return "waiting on a condition variable";
    case WaitState::kJoin:
      return "waiting to join a thread";
    case WaitState::kSemaphore:
      return "waiting for a semaphore";
    case WaitState::kFuture:
      return "waiting for a future";
    case WaitState::kAtomicWait:
      return "waiting for an atomic value to change";
    case WaitState::kFutex:
      return "waiting on a futex";
    case WaitState::kSleep:
      return "sleeping";
    case WaitState::kPoll:
      return "waiting in poll";
    case WaitState::kEpoll:
      return "waiting in epoll_wait";
    case WaitState::kSelect:
      return "waiting in select";
    case WaitState::kRead:
      return "waiting to read";
    case WaitState::kWrite:
      return "waiting to write";
    case WaitState::kAccept:
      return "waiting for a connection";
    case WaitState::kConnect:
      return "connecting";
    case WaitState::kRecv:
      return "waiting to receive";
    case WaitState::kSend:
      return "waiting to send";
    case WaitState::kWaitChild:
      return "waiting for a child process";
    case WaitState::kSignalWait:
      return "waiting for a signal";
    case WaitState::kRunning:
      return "running";
    case WaitState::kOther:
      return unit.kind == UnitKind::kThread && !unit.detail.empty() ? "blocked" : "alive";
    case WaitState::kSuspended:
      return "suspended";
    case WaitState::kChannel:
      return "waiting on a channel";
    case WaitState::kQueued:
      return "queued, not started";
  }
  return "alive";
}

std::string ThreadText(std::int64_t id, const std::string& name) {
  return fmt::format("thread {}", id) + (name.empty() ? "" : " \"" + name + '"');
}

std::string OnWhat(const Unit& unit) {
  if (!unit.held_by) return unit.detail;
  const Holder& holder = *unit.held_by;
  const bool joins = unit.state == WaitState::kJoin;
  std::string text = unit.detail;
  if (!text.empty()) text += ", ";
  if (!joins) text += "held by ";
  if (holder.id == unit.id) return text + "itself";
  Unit other;
  other.state = holder.state;
  return text + ThreadText(holder.id, holder.name) + ", which " +
         (holder.ended ? "has ended" : fmt::format("is {}", Doing(other)));
}

namespace {

std::string Lock(const Unit& unit) {
  return fmt::format("{} {:#x}", unit.state == WaitState::kRwlock ? "read-write lock" : "mutex",
                     unit.waits_at);
}

bool IsOfTasks(const Deadlock& deadlock) { return deadlock.units.front().kind == UnitKind::kTask; }

std::string TaskText(std::int64_t id, const std::string& name) {
  return fmt::format("task {}", id) + (name.empty() ? "" : " \"" + name + '"');
}

bool HasJoin(const Deadlock& deadlock) {
  return std::any_of(deadlock.units.begin(), deadlock.units.end(),
                     [](const Unit& unit) { return unit.state == WaitState::kJoin; });
}

}  // namespace

std::string DeadlockTitle(const Deadlock& deadlock) {
  const Unit& first = deadlock.units.front();
  if (IsOfTasks(deadlock)) {
    return deadlock.kind == Deadlock::Kind::kSelf
               ? "DEADLOCK: a coroutine awaits itself"
               : fmt::format("DEADLOCK: {} coroutines await each other", deadlock.units.size());
  }
  switch (deadlock.kind) {
    case Deadlock::Kind::kSelf:
      return HasJoin(deadlock) ? "DEADLOCK: a thread joins itself"
                               : "DEADLOCK: a thread waits for a lock that it holds itself";
    case Deadlock::Kind::kOwnerEnded:
      return fmt::format("ABANDONED: {} was not unlocked by {}, which has ended", Lock(first),
                         ThreadText(first.held_by->id, first.held_by->name));
    case Deadlock::Kind::kCycle:
      break;
  }
  return fmt::format("DEADLOCK: {} threads wait for each other", deadlock.units.size());
}

std::string DeadlockEdge(const Deadlock& deadlock, const Unit& unit) {
  if (IsOfTasks(deadlock)) {
    return fmt::format("{} awaits {}", TaskText(unit.id, unit.name),
                       TaskText(unit.held_by->id, unit.held_by->name));
  }
  const std::string waiter = ThreadText(unit.id, unit.name);
  if (deadlock.kind == Deadlock::Kind::kOwnerEnded) return waiter + " waits for it";
  if (deadlock.kind == Deadlock::Kind::kSelf) {
    return waiter +
           (unit.state == WaitState::kJoin ? " waits for its own end" : " waits for " + Lock(unit));
  }
  const std::string holder = ThreadText(unit.held_by->id, unit.held_by->name);
  if (unit.state == WaitState::kJoin) return fmt::format("{} joins {}", waiter, holder);
  return fmt::format("{} waits for {}, held by {}", waiter, Lock(unit), holder);
}

std::string_view DeadlockHint(const Deadlock& deadlock) {
  if (IsOfTasks(deadlock)) return "let one of them continue without the other, or destroy them";
  if (deadlock.kind == Deadlock::Kind::kOwnerEnded)
    return "lock with std::lock_guard or the like, which unlocks however the thread's function "
           "ends";
  if (deadlock.kind == Deadlock::Kind::kSelf)
    return HasJoin(deadlock) ? "let another thread join it"
                             : "call what needs the lock after unlocking it, or split off a part "
                               "that expects it locked";
  return HasJoin(deadlock)
             ? "do not join a thread while holding a lock that it may need"
             : "take these locks in the same order everywhere, or with std::scoped_lock";
}

std::string Headline(const LeakReport& report) {
  if (report.empty() && !report.hang && !report.everything) return "no leaks";
  if (!report.could_not_look.empty()) {
    return fmt::format("taskleak could not look for leaks{}: {}",
                       report.test.empty() ? "" : " after " + report.test, report.could_not_look);
  }
  bool only_live = true;
  const std::string units = KindsOf(report, &only_live);
  if (report.hang) {
    return fmt::format("{}{}{} did not return within {}; alive: {}",
                       report.test.empty() ? "the test" : report.test,
                       report.phase.empty() ? "" : ": ", report.phase, Duration(report.waited),
                       units.empty() ? "nothing that could be seen" : units);
  }
  if (report.everything) return "alive: " + (units.empty() ? "nothing but the caller" : units);
  std::string when;
  if (report.waited.count() > 0) when = ' ' + Duration(report.waited);
  if (!report.test.empty())
    when += " after " + report.test;
  else if (!when.empty())
    when = " after" + when;
  return fmt::format("{}, {} {}{}", Count(Findings(report).size(), "leak"), units,
                     only_live ? "still alive" : "left behind", when);
}

namespace {

// Units of one look share equal stacks, so this is nearly always one comparison.
bool SameStack(const Stack& a, const Stack& b) {
  return a.begin() == b.begin() ||
         std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Frame& x, const Frame& y) {
           return x.address == y.address && x.function == y.function && x.line == y.line;
         });
}

}  // namespace

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
      return unit.state != from->state || !SameStack(unit.stack, from->stack);
    });
    places.emplace_back(from, to);
    from = to;
  }
  return places;
}

std::string Distinct(std::span<const Unit> units, std::string_view noun,
                     const std::function<std::string(const Unit&)>& value) {
  // Details are long, and have commas of their own.
  const bool details = noun == "detail";
  const std::size_t most = details ? 2 : 4;
  const std::string_view separator = details ? "; " : ", ";
  std::vector<std::string> distinct;  // in the order of the units
  std::unordered_set<std::string> seen;
  for (const Unit& unit : units) {
    std::string each = value(unit);
    if (!each.empty() && seen.insert(each).second) distinct.push_back(std::move(each));
  }
  const auto shown = static_cast<std::ptrdiff_t>(std::min(distinct.size(), most));
  std::string result =
      fmt::format("{}", fmt::join(distinct.begin(), distinct.begin() + shown, separator));
  if (distinct.size() <= most) return result;
  result.append(separator).append("...");
  if (!noun.empty()) result += " (" + Count(distinct.size(), noun) + ')';
  return result;
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
