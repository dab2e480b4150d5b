// What a rule's text is compared with: a glob or a regular expression.
#ifndef TASKLEAK_SRC_CHECK_PATTERN_H_
#define TASKLEAK_SRC_CHECK_PATTERN_H_

#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace taskleak::check {

/// A glob (`*`, `?`) that matches a whole text, or after "re:" a regular expression (ECMAScript)
/// found anywhere in it. Immutable.
class Pattern {
 public:
  /// Throws std::invalid_argument, saying what is wrong, if `text` is empty or a bad regular
  /// expression.
  explicit Pattern(std::string_view text);

  [[nodiscard]] bool Matches(std::string_view text) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::optional<std::regex> regex_;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_PATTERN_H_
