#include "rules/ignore_rule.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace taskleak {
namespace {

using Kind = IgnoreRule::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 10> kTextKinds{{
    {"thread_name", Kind::kThreadName},
    {"task_name", Kind::kTaskName},
    {"top_function", Kind::kTopFunction},
    {"function", Kind::kFunction},
    {"created_by", Kind::kCreatedBy},
    {"module", Kind::kModule},
    {"signature", Kind::kSignature},
    {"origin", Kind::kOrigin},
    {"process", Kind::kProcess},
    {"descriptor", Kind::kDescriptor},
}};

std::string AcceptedKinds() {
  std::string names;
  for (const auto& [name, kind] : kTextKinds)
    names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

// Returns a pattern for a function as reports show it (report::ShortFunction): a lambda without its
// operator, any parameters, and a long name without its beginning.
std::string OfFunction(std::string_view pattern) {
  constexpr std::string_view kParameters = "(...)";
  if (pattern.ends_with(kParameters)) pattern.remove_suffix(kParameters.size());
  std::string result(pattern);
  if (pattern.ends_with("{lambda}")) result += "::operator()";
  if (pattern.starts_with("...::")) {
    result.erase(0, 2);
    result.front() = '*';
  }
  return result;
}

// A longer name is cut off or refused (pthread_setname_np(3)).
void CheckThreadName(std::string_view pattern) {
  constexpr std::ptrdiff_t kLongest = 15;
  if (std::ranges::count_if(pattern, [](char c) { return c != '*'; }) <= kLongest) return;
  std::string why = "a thread's name has at most 15 characters";
  if (pattern.find_first_of("*?") == std::string_view::npos)
    why += ": write \"" + std::string(pattern.substr(0, kLongest)) + '"';
  throw std::invalid_argument(why);
}

void CheckSignature(std::string_view pattern) {
  if (pattern.find_first_not_of("0123456789abcdef*?") != std::string_view::npos)
    throw std::invalid_argument("a signature consists of digits and the letters a to f");
}

IgnoreRule Make(Kind kind, std::string_view pattern) {
  std::string text(pattern);
  if (!rules::Pattern::IsRegex(pattern)) {
    const bool of_function =
        kind == Kind::kTopFunction || kind == Kind::kFunction || kind == Kind::kCreatedBy;
    if (of_function) text = OfFunction(pattern);
    if (kind == Kind::kThreadName) CheckThreadName(pattern);
    if (kind == Kind::kSignature) CheckSignature(pattern);
  }
  return IgnoreRule(
      std::make_shared<IgnoreRule::Data>(IgnoreRule::Data{kind, rules::Pattern(text), {}, {}, {}}));
}

// Refuses a report's whole line of rules, of which one must be chosen.
void CheckThatItIsOne(std::string_view text) {
  for (const auto& [name, kind] : kTextKinds) {
    if (text.find(" | " + std::string(name) + ':') != std::string_view::npos)
      throw std::invalid_argument("these are several rules: choose one of them");
  }
}

// Refuses a report's line with its first word.
void CheckThatItIsNoLineOfAReport(std::string_view text) {
  constexpr std::string_view kFirstWord = "ignore:";
  if (!text.starts_with(kFirstWord)) return;
  text.remove_prefix(std::min(text.find_first_not_of(' ', kFirstWord.size()), text.size()));
  if (text.empty()) return;
  throw std::invalid_argument("a whole line of a report: copy one of its rules, for example \"" +
                              std::string(text.substr(0, text.find(" | "))) + '"');
}

}  // namespace

IgnoreRule IgnoreRule::Parse(std::string_view text) {
  const std::string quoted = "ignore rule \"" + std::string(text) + "\": ";
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  try {
    CheckThatItIsNoLineOfAReport(text);
    for (const auto& [accepted, kind] : kTextKinds) {
      if (colon == std::string_view::npos || name != accepted) continue;
      CheckThatItIsOne(text);
      return Make(kind, text.substr(colon + 1));
    }
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(quoted + error.what());
  }
  throw std::invalid_argument(quoted + "a rule is KIND:PATTERN, with KIND one of " +
                              AcceptedKinds());
}

IgnoreRule::Kind IgnoreRule::kind() const { return data_->kind; }

std::string IgnoreRule::ToString() const {
  if (data_->kind == Kind::kCurrent) return "all that was alive when IgnoreCurrent() was called";
  if (data_->kind == Kind::kPredicate) return data_->description;
  for (const auto& [name, kind] : kTextKinds) {
    if (kind == data_->kind) return std::string(name) + ":" + data_->pattern->text();
  }
  return {};
}

IgnoreRule IgnoreThreadName(std::string_view pattern) { return Make(Kind::kThreadName, pattern); }
IgnoreRule IgnoreTaskName(std::string_view pattern) { return Make(Kind::kTaskName, pattern); }
IgnoreRule IgnoreTopFunction(std::string_view pattern) { return Make(Kind::kTopFunction, pattern); }
IgnoreRule IgnoreAnyFunction(std::string_view pattern) { return Make(Kind::kFunction, pattern); }
IgnoreRule IgnoreCreatedBy(std::string_view pattern) { return Make(Kind::kCreatedBy, pattern); }
IgnoreRule IgnoreModule(std::string_view pattern) { return Make(Kind::kModule, pattern); }
IgnoreRule IgnoreSignature(std::string_view signature) { return Make(Kind::kSignature, signature); }
IgnoreRule IgnoreOrigin(std::string_view pattern) { return Make(Kind::kOrigin, pattern); }

IgnoreRule IgnoreProcess(std::string_view pattern) { return Make(Kind::kProcess, pattern); }
IgnoreRule IgnoreDescriptor(std::string_view pattern) { return Make(Kind::kDescriptor, pattern); }

IgnoreRule IgnoreCurrent() {
  return IgnoreRule(std::make_shared<IgnoreRule::Data>(
      IgnoreRule::Data{Kind::kCurrent, {}, Snapshot::Take(), {}, {}}));
}

IgnoreRule IgnoreIf(std::function<bool(const Unit&)> predicate, std::string description) {
  if (!predicate) throw std::invalid_argument("IgnoreIf: the predicate is empty");
  return IgnoreRule(std::make_shared<IgnoreRule::Data>(
      IgnoreRule::Data{Kind::kPredicate, {}, {}, std::move(predicate), std::move(description)}));
}

}  // namespace taskleak
