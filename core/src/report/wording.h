// Words of a report: all that a person reads, except reasons that come from other parts.
#ifndef TASKLEAK_SRC_REPORT_WORDING_H_
#define TASKLEAK_SRC_REPORT_WORDING_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taskleak/internal/words.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns for example "250 ms", "1.0 s", "75 s" or "3 min 5 s".
std::string Duration(std::chrono::milliseconds duration);

using internal::Count;

/// Returns what internal::Noun() does, but "thread" for an unjoined thread, because Doing() shows
/// that it is unjoined.
std::string_view Noun(UnitKind kind);

/// Returns for example "waiting on a condition variable".
std::string_view Doing(const Unit& unit);

/// Returns what the unit waits on: its detail, the holder, and what the holder does. Empty if
/// nothing is known.
std::string OnWhat(const Unit& unit);

/// Returns for example `thread 4130 "cache"` or `task 7`.
std::string UnitText(std::string_view noun, std::int64_t id, const std::string& name);

/// Returns "thread" or "coroutine": what is in the deadlock.
std::string_view DeadlockNoun(const Deadlock& deadlock);
/// Return for example "DEADLOCK: 2 threads wait for each other", and what one of them waits for.
std::string DeadlockTitle(const Deadlock& deadlock);
std::string DeadlockEdge(const Deadlock& deadlock, const Unit& unit);
/// Returns what to do about a deadlock.
std::string_view DeadlockHint(const Deadlock& deadlock);

/// Counts the units of reports by kind.
class UnitCounts {
 public:
  void Add(const LeakReport& report);
  /// Returns for example "8 threads, 1 unjoined thread and 3 tasks"; empty if there are none.
  [[nodiscard]] std::string Text() const;

 private:
  std::array<std::size_t, 5> counts_{};  // by UnitKind
};

/// Returns the first line of a report: "2 leaks, 9 threads still alive 1.0 s after
/// WorkerPool.Restarts".
std::string Headline(const LeakReport& report);

/// Returns whether `line` is the headline of a report of leaks, of a hang, or of a look that
/// failed.
bool IsHeadline(std::string_view line);

/// Returns why the check did not wait longer, if that was shown: "nothing can end them: ..."; else
/// an empty text.
std::string WhyNotLonger(const LeakReport& report);

/// Returns the groups of a report by finding: the groups of one pool are one finding.
std::vector<std::span<const LeakGroup>> Findings(const LeakReport& report);

/// Returns the units of a group by place.
std::vector<std::span<const Unit>> Places(const LeakGroup& group);

/// Returns the distinct values of the units, the first few of them: "a, b, c, ... (8 names)" if
/// `noun` is "name", without the count if it is empty. Empty when all values are empty.
std::string Distinct(std::span<const Unit> units, std::string_view noun,
                     const std::function<std::string(const Unit&)>& value);

/// Returns the distinct values of OnWhat(), which are long and contain commas: "a; b; ... (8
/// details)".
std::string DistinctDetails(std::span<const Unit> units);

/// Returns `text` with "\x1b" and the like in place of bytes that terminals or XML parsers cannot
/// take: control characters other than line ends, and bytes that are not UTF-8.
std::string Printable(std::string_view text);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_WORDING_H_
