// One line of a suppression file: a rule and its conditions.
#ifndef TASKLEAK_SRC_RULES_SUPPRESSION_H_
#define TASKLEAK_SRC_RULES_SUPPRESSION_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rules/pattern.h"
#include "taskleak/ignore.h"

namespace taskleak::rules {

using Date = std::chrono::year_month_day;

/// `kind:pattern key=value ...` as in docs/ignore-rules.md.
struct Suppression {
  IgnoreRule rule;
  std::optional<std::size_t> max;  ///< at most so many units in one check
  std::optional<Pattern> test;     ///< only in tests with a matching name
  std::optional<Date> expires;     ///< from this day on (UTC) it hides nothing
  std::string owner;
  std::string reason;
  // For entries of a baseline, for people and for `taskleak baseline`:
  std::optional<Date> since;  ///< when the leak was first written down
  std::string at;             ///< the first function of the program's own
  bool flaky = false;         ///< missing in some runs
};

/// The error in a line, and its place: `column` counts bytes from 1.
class SuppressionError : public std::invalid_argument {
 public:
  SuppressionError(std::size_t column, const std::string& what)
      : std::invalid_argument(what), column_(column) {}
  [[nodiscard]] std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// Reads one line that is neither empty nor a comment. Throws a SuppressionError that says what is
/// accepted.
Suppression ParseSuppression(std::string_view line);

/// Returns the line that ParseSuppression reads to an equal value.
std::string ToLine(const Suppression& suppression);

/// Returns true if the suppression hides nothing any more on `today`.
bool HasExpired(const Suppression& suppression, const Date& today);

/// Returns a date like "2026-11-21".
std::string ToString(const Date& date);

/// Returns the current day in UTC.
Date Today();

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SUPPRESSION_H_
