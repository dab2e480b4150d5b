#include "taskleak/options.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <utility>

#include "rules/effective_options.h"
#include "rules/known_threads.h"

namespace taskleak {
namespace {

constexpr const char* kVariable = "TASKLEAK_OPTIONS";

[[noreturn]] void Reject(std::string_view key, std::string_view value, std::string_view accepted) {
  throw std::invalid_argument(std::string(key) + "=" + std::string(value) + ": accepted is " +
                              std::string(accepted));
}

std::chrono::milliseconds ParseDuration(std::string_view key, std::string_view value) {
  constexpr std::string_view kAccepted = "a duration such as 0, 500ms, 2s or 5min";
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"ms", 1}, {"s", 1000}, {"min", 60'000}}};
  constexpr double kMost = 1e12;  // thirty years
  double number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number, std::chars_format::fixed);
  const std::string_view unit = value.substr(static_cast<std::size_t>(end - value.data()));
  if (error != std::errc() || !(number >= 0)) Reject(key, value, kAccepted);
  if (unit.empty() && number == 0) return std::chrono::milliseconds(0);
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number * factor <= kMost)
      return std::chrono::milliseconds(static_cast<std::int64_t>(number * factor));
  }
  Reject(key, value, kAccepted);
}

template <typename T, std::size_t N>
T ParseChoice(std::string_view key, std::string_view value,
              const std::array<std::pair<std::string_view, T>, N>& choices) {
  std::string accepted;
  for (const auto& [name, choice] : choices) {
    if (value == name) return choice;
    accepted += (accepted.empty() ? "" : ", ") + std::string(name);
  }
  Reject(key, value, "one of " + accepted);
}

bool ParseSwitch(std::string_view key, std::string_view value) {
  return ParseChoice<bool, 2>(key, value, {{{"0", false}, {"1", true}}});
}

std::string ParseText(std::string_view key, std::string_view value, std::string_view accepted) {
  if (value.empty()) Reject(key, value, accepted);
  return std::string(value);
}

std::string ParseKnown(std::string_view key, std::string_view value) {
  std::string accepted = "all";
  for (const rules::KnownThreads& known : rules::AllKnownThreads()) {
    if (known.name == value) return std::string(value);
    accepted += ", " + std::string(known.name);
  }
  if (value != "all") Reject(key, value, "one of " + accepted);
  return std::string(value);
}

using Setter = void (*)(Options&, std::string_view key, std::string_view value);

constexpr std::array<std::pair<std::string_view, Setter>, 13> kKeys{{
    {"on_leak",
     [](Options& o, std::string_view k, std::string_view v) {
       o.on_leak = ParseChoice<OnLeak, 3>(
           k, v, {{{"fail", OnLeak::kFail}, {"warn", OnLeak::kWarn}, {"off", OnLeak::kOff}}});
     }},
    {"check",
     [](Options& o, std::string_view k, std::string_view v) {
       o.check = ParseChoice<CheckScope, 2>(
           k, v, {{{"all", CheckScope::kAll}, {"marked", CheckScope::kMarked}}});
     }},
    {"drain",
     [](Options& o, std::string_view k, std::string_view v) { o.drain = ParseDuration(k, v); }},
    {"drain_max",
     [](Options& o, std::string_view k, std::string_view v) { o.drain_max = ParseDuration(k, v); }},
    {"hang_timeout", [](Options& o, std::string_view k,
                        std::string_view v) { o.hang_timeout = ParseDuration(k, v); }},
    {"suppressions",
     [](Options& o, std::string_view k, std::string_view v) {
       o.suppressions.push_back(ParseText(k, v, "a file's path"));
     }},
    {"stale",
     [](Options& o, std::string_view k, std::string_view v) {
       o.stale = ParseChoice<OnStale, 3>(
           k, v, {{{"off", OnStale::kOff}, {"warn", OnStale::kWarn}, {"fail", OnStale::kFail}}});
     }},
    {"json", [](Options& o, std::string_view k,
                std::string_view v) { o.json = ParseText(k, v, "a path"); }},
    {"color",
     [](Options& o, std::string_view k, std::string_view v) {
       o.color = ParseChoice<Color, 3>(
           k, v, {{{"auto", Color::kAuto}, {"always", Color::kAlways}, {"never", Color::kNever}}});
     }},
    {"hooks",
     [](Options& o, std::string_view k, std::string_view v) { o.hooks = ParseSwitch(k, v); }},
    {"task_stacks",
     [](Options& o, std::string_view k, std::string_view v) {
       o.task_stacks = ParseChoice<TaskStacks, 3>(
           k, v,
           {{{"off", TaskStacks::kOff}, {"site", TaskStacks::kSite}, {"full", TaskStacks::kFull}}});
     }},
    {"verbose",
     [](Options& o, std::string_view k, std::string_view v) { o.verbose = ParseSwitch(k, v); }},
    {"report_known", [](Options& o, std::string_view k,
                        std::string_view v) { o.report_known.push_back(ParseKnown(k, v)); }},
}};

void Set(Options& options, std::string_view key, std::string_view value) {
  std::string accepted;
  for (const auto& [name, set] : kKeys) {
    if (name == key) return set(options, key, value);
    accepted += (accepted.empty() ? "" : ", ") + std::string(name);
  }
  throw std::invalid_argument("unknown key \"" + std::string(key) + "\": accepted are " + accepted);
}

constexpr std::string_view kSeparators = " ,:\t\n";

// Takes `key=value` off the front of `text`. A value in quotes may hold separators.
std::pair<std::string_view, std::string_view> TakePair(std::string_view& text) {
  const std::size_t equals = text.find_first_of(std::string(kSeparators) + "=");
  if (equals == std::string_view::npos || text[equals] != '=') {
    throw std::invalid_argument("\"" + std::string(text.substr(0, equals)) +
                                "\" is not a key=value pair");
  }
  const std::string_view key = text.substr(0, equals);
  text.remove_prefix(equals + 1);
  std::string_view value;
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const std::size_t close = text.find(text.front(), 1);
    if (close == std::string_view::npos)
      throw std::invalid_argument("\"" + std::string(key) + "=\": the quote is not closed");
    value = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
  } else {
    value = text.substr(0, text.find_first_of(kSeparators));
    text.remove_prefix(value.size());
  }
  return {key, value};
}

}  // namespace

void Options::Apply(std::string_view text) {
  Options changed = *this;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
    if (text.empty()) break;
    const auto [key, value] = TakePair(text);
    Set(changed, key, value);
  }
  *this = std::move(changed);
}

Options Options::FromEnvironment() { return rules::WithEnvironment({}); }

namespace rules {

Options WithEnvironment(const Options& options) {
  Options effective = options;
  if (const char* text = std::getenv(kVariable)) {
    try {
      effective.Apply(text);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(std::string(kVariable) + ": " + error.what());
    }
  }
  const auto check_duration = [](std::string_view name, std::chrono::milliseconds value) {
    if (value.count() < 0)
      throw std::invalid_argument(std::string(name) + " is negative: accepted is 0 or more");
  };
  check_duration("drain", effective.drain);
  check_duration("drain_max", effective.drain_max);
  check_duration("hang_timeout", effective.hang_timeout);
  for (const std::string& name : effective.report_known) ParseKnown("report_known", name);
  return effective;
}

}  // namespace rules
}  // namespace taskleak
