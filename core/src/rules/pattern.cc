#include "rules/pattern.h"

#include <algorithm>
#include <stdexcept>

namespace taskleak::rules {
namespace {

constexpr std::string_view kRegexPrefix = "re:";

// Returns true if `part` of a glob, which has no star, matches the beginning of `text`.
bool PartMatches(std::string_view part, std::string_view text) {
  return text.size() >= part.size() &&
         std::equal(part.begin(), part.end(), text.begin(),
                    [](char p, char t) { return p == '?' || p == t; });
}

// Returns the first place in `text` that `part` matches, or npos if there is none.
std::size_t FindPart(std::string_view part, std::string_view text) {
  if (part.find('?') == std::string_view::npos) return text.find(part);
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    if (PartMatches(part, text.substr(at))) return at;
  }
  return std::string_view::npos;
}

// The first part must be at the beginning and the last at the end. Each part in between is matched
// at its first place, which leaves the most text for the parts after it.
bool GlobMatches(std::string_view glob, std::string_view text) {
  std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return glob.size() == text.size() && PartMatches(glob, text);
  if (!PartMatches(glob.substr(0, star), text)) return false;
  text.remove_prefix(star);
  for (;;) {
    glob.remove_prefix(star + 1);
    star = glob.find('*');
    if (star == std::string_view::npos) break;
    const std::size_t at = FindPart(glob.substr(0, star), text);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + star);
  }
  return text.size() >= glob.size() && PartMatches(glob, text.substr(text.size() - glob.size()));
}

// The usual algorithm of libstdc++ tries one alternative after the other. For `(a+)+$`, its time is
// exponential in the length of the text. The other algorithm follows all alternatives at once, and
// does not support back-references.
#ifdef __GLIBCXX__
constexpr auto kInBoundedTime = std::regex_constants::__polynomial;
#else
constexpr auto kInBoundedTime = std::regex::optimize;
#endif

std::regex Compile(std::string_view expression) {
  try {
    return std::regex(expression.begin(), expression.end(),
                      std::regex::ECMAScript | std::regex::optimize | kInBoundedTime);
  } catch (const std::regex_error& error) {
    throw std::invalid_argument("\"" + std::string(expression) +
                                "\" is not a regular expression: " + error.what());
  }
}

}  // namespace

// "re::Run" is a function in a namespace, not a regular expression.
bool Pattern::IsRegex(std::string_view text) {
  return text.starts_with(kRegexPrefix) && !text.starts_with("re::");
}

Pattern::Pattern(std::string_view text) : text_(text) {
  const bool is_regex = IsRegex(text);
  if (is_regex) text.remove_prefix(kRegexPrefix.size());
  if (text.empty()) throw std::invalid_argument("the pattern is empty");
  if (is_regex) regex_ = Compile(text);
  plain_ = is_regex ? 0 : std::min(text.find_first_of("*?"), text.size());
  spells_parameters_ = text.find_first_of("(<") != std::string_view::npos;
}

std::string_view Pattern::Literal() const {
  std::string_view longest;
  for (std::string_view rest = regex_ ? std::string_view() : text_; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find_first_of("*?"));
    if (part.size() > longest.size()) longest = part;
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return longest;
}

bool Pattern::MatchesRest(std::string_view text) const {
  if (regex_) return std::regex_search(text.begin(), text.end(), *regex_);
  return GlobMatches(std::string_view(text_).substr(plain_), text.substr(plain_));
}

}  // namespace taskleak::rules
