// The pattern of a rule: a glob or a regular expression.
#ifndef TASKLEAK_SRC_RULES_PATTERN_H_
#define TASKLEAK_SRC_RULES_PATTERN_H_

#include <cstddef>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace taskleak::rules {

/// A glob (`*`, `?`) that matches a whole text, or after "re:" (but not "re::", a namespace) a
/// regular expression (ECMAScript) found anywhere in it. Immutable.
class Pattern {
 public:
  /// Throws std::invalid_argument with the reason if `text` is empty or a bad regular expression.
  explicit Pattern(std::string_view text);

  /// Returns true if a pattern with this text is a regular expression.
  static bool IsRegex(std::string_view text);

  [[nodiscard]] bool Matches(std::string_view text) const {
    // Most texts differ from most patterns in their first few characters.
    if (!text.starts_with(std::string_view(text_).substr(0, plain_))) return false;
    return IsPlain() ? text.size() == text_.size() : MatchesRest(text);
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Returns true if it matches only its own text.
  [[nodiscard]] bool IsPlain() const { return plain_ == text_.size(); }
  /// Returns its longest part without a star or question mark. All texts that it matches contain
  /// this part. Empty if there is none, and for regular expressions.
  [[nodiscard]] std::string_view Literal() const;
  /// Returns true if it contains parameters or template arguments.
  [[nodiscard]] bool spells_parameters() const { return spells_parameters_; }

 private:
  [[nodiscard]] bool MatchesRest(std::string_view text) const;

  std::string text_;
  std::size_t plain_ = 0;  // number of characters at its start that stand for themselves
  bool spells_parameters_ = false;
  std::optional<std::regex> regex_;
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_PATTERN_H_
