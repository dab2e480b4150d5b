#include "check/pattern.h"

#include <stdexcept>

namespace taskleak::check {
namespace {

constexpr std::string_view kRegexPrefix = "re:";

// Linear in practice: after a mismatch only the last star is tried again.
bool GlobMatches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_text = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::regex Compile(std::string_view expression) {
  try {
    return std::regex(expression.begin(), expression.end(),
                      std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    throw std::invalid_argument("\"" + std::string(expression) +
                                "\" is no regular expression: " + error.what());
  }
}

}  // namespace

Pattern::Pattern(std::string_view text) : text_(text) {
  const bool is_regex = text.starts_with(kRegexPrefix);
  if (is_regex) text.remove_prefix(kRegexPrefix.size());
  if (text.empty()) throw std::invalid_argument("the pattern is empty");
  if (is_regex) regex_ = Compile(text);
}

bool Pattern::Matches(std::string_view text) const {
  return regex_ ? std::regex_search(text.begin(), text.end(), *regex_) : GlobMatches(text_, text);
}

}  // namespace taskleak::check
