#include "rules/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace taskleak::rules {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kKeyLetters = "abcdefghijklmnopqrstuvwxyz_";

// Returns the first place in `text`, from `from` on, with a blank and `key=`, or the end if there
// is none. A pattern may contain blanks, so only this ends a pattern without quotes.
std::size_t FindAttribute(std::string_view text, std::size_t from) {
  for (std::size_t blank = text.find_first_of(kBlanks, from); blank != std::string_view::npos;
       blank = text.find_first_of(kBlanks, blank + 1)) {
    const std::size_t key = text.find_first_not_of(kBlanks, blank);
    if (key == std::string_view::npos) return blank;
    const std::size_t end = text.find_first_not_of(kKeyLetters, key);
    if (end != std::string_view::npos && end != key && text[end] == '=') return blank;
  }
  return text.size();
}

/// Takes a line apart from left to right.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) { SkipBlanks(); }

  [[nodiscard]] bool AtEnd() const { return at_ == line_.size(); }
  [[nodiscard]] std::size_t column() const { return at_ + 1; }
  [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }
  void SkipBlanks() { at_ = std::min(line_.find_first_not_of(kBlanks, at_), line_.size()); }

  // Takes the text before `end`. If `end` does not follow, takes nothing and returns an empty text.
  std::string_view TakeUntil(char end) {
    const std::size_t found = line_.find(end, at_);
    if (found == std::string_view::npos) return {};
    const std::string_view text = line_.substr(at_, found - at_);
    at_ = found + 1;
    return text;
  }

  // Takes a text in quotes, or up to the next attribute.
  std::string TakePattern() { return Quoted() ? TakeQuoted() : TakeTo(FindAttribute(line_, at_)); }

  // Takes a text in quotes, or up to the next blank.
  std::string TakeValue() {
    return Quoted() ? TakeQuoted()
                    : TakeTo(std::min(line_.find_first_of(kBlanks, at_), line_.size()));
  }

 private:
  [[nodiscard]] bool Quoted() const { return at_ < line_.size() && line_[at_] == '"'; }

  std::string TakeTo(std::size_t end) {
    const std::string_view text = line_.substr(at_, end - at_);
    at_ = end;
    return std::string(text);
  }

  std::string TakeQuoted() {
    const std::size_t open = column();
    std::string text;
    for (++at_; at_ < line_.size(); ++at_) {
      if (line_[at_] == '"') {
        ++at_;
        return text;
      }
      const bool escaped = line_[at_] == '\\' && at_ + 1 < line_.size() &&
                           (line_[at_ + 1] == '"' || line_[at_ + 1] == '\\');
      if (escaped) ++at_;
      text += line_[at_];
    }
    throw SuppressionError(open, "the quote is not closed");
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

template <typename Number>
bool ReadNumber(std::string_view text, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

std::size_t ReadMax(const std::string& value) {
  std::size_t max = 0;
  if (!ReadNumber(value, &max)) throw std::invalid_argument("expected a number, for example max=4");
  return max;
}

Date ReadDate(const std::string& value) {
  const std::string_view text = value;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (shaped && ReadNumber(text.substr(0, 4), &year) && ReadNumber(text.substr(5, 2), &month) &&
      ReadNumber(text.substr(8), &day)) {
    const Date date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    if (date.ok()) return date;
  }
  throw std::invalid_argument("expected a day, for example 2026-12-31");
}

bool ReadSwitch(const std::string& value) {
  if (value != "0" && value != "1") throw std::invalid_argument("expected 0 or 1");
  return value == "1";
}

using Setter = void (*)(Suppression&, const std::string&);
constexpr std::array<std::pair<std::string_view, Setter>, 8> kAttributes{{
    {"max", [](Suppression& s, const std::string& value) { s.max = ReadMax(value); }},
    {"test", [](Suppression& s, const std::string& value) { s.test.emplace(value); }},
    {"owner", [](Suppression& s, const std::string& value) { s.owner = value; }},
    {"expires", [](Suppression& s, const std::string& value) { s.expires = ReadDate(value); }},
    {"reason", [](Suppression& s, const std::string& value) { s.reason = value; }},
    {"since", [](Suppression& s, const std::string& value) { s.since = ReadDate(value); }},
    {"at", [](Suppression& s, const std::string& value) { s.at = value; }},
    {"flaky", [](Suppression& s, const std::string& value) { s.flaky = ReadSwitch(value); }},
}};

std::string KnownAttributes() {
  std::string names;
  for (const auto& [name, set] : kAttributes)
    names += (names.empty() ? "" : ", ") + std::string(name) + '=';
  return names;
}

void ReadAttribute(LineReader* line, Suppression* suppression) {
  const std::size_t key_column = line->column();
  const std::string rest(line->rest());
  const std::string_view key = line->TakeUntil('=');
  for (const auto& [name, set] : kAttributes) {
    if (name != key) continue;
    const std::size_t value_column = line->column();
    const std::string value = line->TakeValue();
    try {
      return set(*suppression, value);
    } catch (const SuppressionError&) {
      throw;
    } catch (const std::invalid_argument& error) {
      throw SuppressionError(value_column, fmt::format("{}={}: {}", key, value, error.what()));
    }
  }
  const bool is_key = !key.empty() && key.find_first_not_of(kKeyLetters) == std::string_view::npos;
  throw SuppressionError(
      key_column,
      is_key
          ? fmt::format("\"{}=\": after the pattern, expected one of {}", key, KnownAttributes())
          : fmt::format("\"{}\": after the pattern, expected one of {}; a pattern or a value with "
                        "blanks needs quotes",
                        rest, KnownAttributes()));
}

// Returns `text` in the form that LineReader::TakeValue reads.
std::string QuotedIfNeeded(const std::string& text) {
  if (!text.empty() && text.find_first_of(" \t\r\"\\") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Suppression ParseSuppression(std::string_view text) {
  LineReader line(text);
  const std::size_t column = line.column();
  std::string rule(line.TakeUntil(':'));
  line.SkipBlanks();
  if (!rule.empty()) rule += ':' + line.TakePattern();
  if (rule.empty()) rule = line.TakePattern();
  try {
    Suppression suppression{IgnoreRule::Parse(rule), {}, {}, {}, {}, {}, {}, {}, false};
    for (line.SkipBlanks(); !line.AtEnd(); line.SkipBlanks()) ReadAttribute(&line, &suppression);
    return suppression;
  } catch (const SuppressionError&) {
    throw;
  } catch (const std::invalid_argument& error) {
    throw SuppressionError(column, error.what());
  }
}

std::string ToLine(const Suppression& suppression) {
  const std::string rule = suppression.rule.ToString();
  const std::size_t pattern = rule.find(':') + 1;
  const bool quote = FindAttribute(rule, pattern) != rule.size() || rule[pattern] == '"' ||
                     kBlanks.find(rule[pattern]) != std::string_view::npos;
  std::string line = rule.substr(0, pattern);
  line += quote ? QuotedIfNeeded(rule.substr(pattern)) : rule.substr(pattern);
  const auto add = [&line](std::string_view key, const std::string& value) {
    line += fmt::format(" {}={}", key, QuotedIfNeeded(value));
  };
  if (suppression.test) add("test", suppression.test->text());
  if (suppression.max) add("max", std::to_string(*suppression.max));
  if (suppression.flaky) add("flaky", "1");
  if (suppression.since) add("since", ToString(*suppression.since));
  if (suppression.expires) add("expires", ToString(*suppression.expires));
  if (!suppression.owner.empty()) add("owner", suppression.owner);
  if (!suppression.at.empty()) add("at", suppression.at);
  if (!suppression.reason.empty()) add("reason", suppression.reason);
  return line;
}

bool HasExpired(const Suppression& suppression, const Date& today) {
  return suppression.expires && *suppression.expires <= today;
}

std::string ToString(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

Date Today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

}  // namespace taskleak::rules
