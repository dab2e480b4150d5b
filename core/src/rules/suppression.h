// One line of a suppression file: a rule, and what it holds for.
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

/// `kind:pattern key=value ...` as docs/suppressions.md has it.
struct Suppression {
  IgnoreRule rule;
  std::optional<std::size_t> max;  ///< at most so many units in one check
  std::optional<Pattern> test;     ///< only in tests whose name matches
  std::optional<Date> expires;     ///< from this day on (UTC) it hides nothing
  std::string owner;
  std::string reason;
  // Of a baseline's entries, for people and for `taskleak baseline`:
  std::optional<Date> since;  ///< when the leak was first written down
  std::string at;             ///< the first function of the program's own
  bool flaky = false;         ///< not there in every run
};

/// What is wrong with a line, and where: `column` counts bytes from 1.
class SuppressionError : public std::invalid_argument {
 public:
  SuppressionError(std::size_t column, const std::string& what)
      : std::invalid_argument(what), column_(column) {}
  [[nodiscard]] std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// Reads one line that is neither empty nor a comment. Throws SuppressionError, saying what is
/// accepted.
Suppression ParseSuppression(std::string_view line);

/// The line that ParseSuppression reads to an equal value.
std::string ToLine(const Suppression& suppression);

/// Whether it hides nothing any more on `today`.
bool HasExpired(const Suppression& suppression, const Date& today);

/// "2026-11-21"
std::string ToString(const Date& date);

/// The day it is, UTC.
Date Today();

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SUPPRESSION_H_
