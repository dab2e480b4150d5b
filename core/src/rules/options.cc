#include "taskleak/options.h"

#include <algorithm>
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

[[noreturn]] void Reject(std::string_view key, std::string_view value, std::string_view expected) {
  throw std::invalid_argument(std::string(key) + "=" + std::string(value) + ": expected " +
                              std::string(expected));
}

constexpr std::chrono::milliseconds kLongest(1'000'000'000'000);  // thirty years

std::chrono::milliseconds ParseDuration(std::string_view key, std::string_view value) {
  constexpr std::string_view kExpected = "a duration, for example 0, 500ms, 2s or 5min";
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"ms", 1}, {"s", 1000}, {"min", 60'000}}};
  constexpr auto kMost = static_cast<double>(kLongest.count());
  double number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number, std::chars_format::fixed);
  const std::string_view unit = value.substr(static_cast<std::size_t>(end - value.data()));
  if (error != std::errc() || !(number >= 0)) Reject(key, value, kExpected);
  if (unit.empty() && number == 0) return std::chrono::milliseconds(0);
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number * factor <= kMost)
      return std::chrono::milliseconds(static_cast<std::int64_t>(number * factor));
  }
  Reject(key, value, kExpected);
}

template <typename T, std::size_t N>
T ParseChoice(std::string_view key, std::string_view value,
              const std::array<std::pair<std::string_view, T>, N>& choices) {
  std::string expected;
  for (const auto& [name, choice] : choices) {
    if (value == name) return choice;
    expected += (expected.empty() ? "" : ", ") + std::string(name);
  }
  Reject(key, value, "one of " + expected);
}

std::string ParseText(std::string_view key, std::string_view value, std::string_view expected) {
  if (value.empty()) Reject(key, value, expected);
  return std::string(value);
}

std::string ParseKnown(std::string_view key, std::string_view value) {
  std::string expected = "all";
  for (const rules::KnownThreads& known : rules::AllKnownThreads()) {
    if (known.name == value) return std::string(value);
    expected += ", " + std::string(known.name);
  }
  if (value != "all") Reject(key, value, "one of " + expected);
  return std::string(value);
}

template <typename T, std::size_t N>
using Choices = std::array<std::pair<std::string_view, T>, N>;

constexpr Choices<OnLeak, 3> kOnLeak{
    {{"fail", OnLeak::kFail}, {"warn", OnLeak::kWarn}, {"off", OnLeak::kOff}}};
constexpr Choices<CheckScope, 2> kCheck{
    {{"all", CheckScope::kAll}, {"marked", CheckScope::kMarked}}};
constexpr Choices<OnStale, 3> kStale{
    {{"off", OnStale::kOff}, {"warn", OnStale::kWarn}, {"fail", OnStale::kFail}}};
constexpr Choices<Color, 3> kColor{
    {{"auto", Color::kAuto}, {"always", Color::kAlways}, {"never", Color::kNever}}};
constexpr Choices<TaskStacks, 3> kTaskStacks{
    {{"off", TaskStacks::kOff}, {"site", TaskStacks::kSite}, {"full", TaskStacks::kFull}}};
constexpr Choices<CoroutineSearch, 2> kCoroutines{
    {{"known", CoroutineSearch::kKnown}, {"scan", CoroutineSearch::kScan}}};
constexpr Choices<OnDescriptors, 3> kDescriptors{
    {{"off", OnDescriptors::kOff}, {"warn", OnDescriptors::kWarn}, {"fail", OnDescriptors::kFail}}};
constexpr Choices<bool, 2> kSwitch{{{"0", false}, {"1", true}}};

using Values = std::vector<std::string>;

template <typename T, std::size_t N>
Values Text(T value, const Choices<T, N>& choices) {
  for (const auto& [name, choice] : choices) {
    if (choice == value) return {std::string(name)};
  }
  return {};
}

Values Text(std::chrono::milliseconds value) { return {std::to_string(value.count()) + "ms"}; }

// Describes one key: how to set and to get its value.
struct Key {
  std::string_view name;
  void (*set)(Options&, std::string_view key, std::string_view value);
  Values (*get)(const Options&);
};

using View = std::string_view;

constexpr std::array<Key, 18> kKeys{{
    {"on_leak", [](Options& o, View k, View v) { o.on_leak = ParseChoice(k, v, kOnLeak); },
     [](const Options& o) { return Text(o.on_leak, kOnLeak); }},
    {"check", [](Options& o, View k, View v) { o.check = ParseChoice(k, v, kCheck); },
     [](const Options& o) { return Text(o.check, kCheck); }},
    {"drain", [](Options& o, View k, View v) { o.drain = ParseDuration(k, v); },
     [](const Options& o) { return Text(o.drain); }},
    {"drain_max", [](Options& o, View k, View v) { o.drain_max = ParseDuration(k, v); },
     [](const Options& o) { return Text(o.drain_max); }},
    {"stillness", [](Options& o, View k, View v) { o.stillness = ParseChoice(k, v, kSwitch); },
     [](const Options& o) { return Text(o.stillness, kSwitch); }},
    {"hang_timeout", [](Options& o, View k, View v) { o.hang_timeout = ParseDuration(k, v); },
     [](const Options& o) { return Text(o.hang_timeout); }},
    {"suppressions",
     [](Options& o, View k, View v) { o.suppressions.push_back(ParseText(k, v, "a file's path")); },
     [](const Options& o) { return o.suppressions; }},
    {"stale", [](Options& o, View k, View v) { o.stale = ParseChoice(k, v, kStale); },
     [](const Options& o) { return Text(o.stale, kStale); }},
    {"json", [](Options& o, View k, View v) { o.json = ParseText(k, v, "a path"); },
     [](const Options& o) { return Values{o.json}; }},
    {"color", [](Options& o, View k, View v) { o.color = ParseChoice(k, v, kColor); },
     [](const Options& o) { return Text(o.color, kColor); }},
    {"processes", [](Options& o, View k, View v) { o.processes = ParseChoice(k, v, kSwitch); },
     [](const Options& o) { return Text(o.processes, kSwitch); }},
    {"descriptors",
     [](Options& o, View k, View v) { o.descriptors = ParseChoice(k, v, kDescriptors); },
     [](const Options& o) { return Text(o.descriptors, kDescriptors); }},
    {"hooks", [](Options& o, View k, View v) { o.hooks = ParseChoice(k, v, kSwitch); },
     [](const Options& o) { return Text(o.hooks, kSwitch); }},
    {"lock_hooks", [](Options& o, View k, View v) { o.lock_hooks = ParseChoice(k, v, kSwitch); },
     [](const Options& o) { return Text(o.lock_hooks, kSwitch); }},
    {"task_stacks",
     [](Options& o, View k, View v) { o.task_stacks = ParseChoice(k, v, kTaskStacks); },
     [](const Options& o) { return Text(o.task_stacks, kTaskStacks); }},
    {"coroutines",
     [](Options& o, View k, View v) { o.coroutines = ParseChoice(k, v, kCoroutines); },
     [](const Options& o) { return Text(o.coroutines, kCoroutines); }},
    {"verbose", [](Options& o, View k, View v) { o.verbose = ParseChoice(k, v, kSwitch); },
     [](const Options& o) { return Text(o.verbose, kSwitch); }},
    {"report_known", [](Options& o, View k, View v) { o.report_known.push_back(ParseKnown(k, v)); },
     [](const Options& o) { return o.report_known; }},
}};

void Set(Options& options, std::string_view key, std::string_view value) {
  std::string expected;
  for (const Key& each : kKeys) {
    if (each.name == key) return each.set(options, key, value);
    expected += (expected.empty() ? "" : ", ") + std::string(each.name);
  }
  throw std::invalid_argument("unknown key \"" + std::string(key) + "\": expected one of " +
                              expected);
}

constexpr std::string_view kSeparators = " ,:\t\n";

bool IsKey(std::string_view text) {
  return std::ranges::find(kKeys, text, &Key::name) != kKeys.end();
}

bool IsRule(std::string_view text) {
  try {
    static_cast<void>(IgnoreRule::Parse(text));
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

[[noreturn]] void RejectNoPair(std::string_view text) {
  const std::string_view word = text.substr(0, text.find_first_of(" ,\t\n"));
  const std::string_view key = word.substr(0, word.find(':'));
  std::string why = '"' + std::string(word) + "\" is ";
  if (IsRule(word))
    why += "a rule, not an option: write it into a file, and name the file with suppressions=FILE";
  else
    why += "not a key=value pair";
  if (IsKey(key) && key != word)
    why += ": write " + std::string(key) + '=' + std::string(word.substr(key.size() + 1));
  throw std::invalid_argument(why);
}

// Refuses `value` if it goes on with another pair behind a semicolon, which separates nothing.
void CheckSeparator(std::string_view key, std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == std::string_view::npos) return;
  const std::string_view next = value.substr(semicolon + 1);
  if (next.empty() || IsKey(next.substr(0, next.find('='))))
    Reject(key, value, "\":\", \",\" or a blank between options, not \";\"");
}

// Takes `key=value` off the front of `text`. A value in quotes may hold separators.
std::pair<std::string_view, std::string_view> TakePair(std::string_view& text) {
  const std::size_t equals = text.find_first_of(std::string(kSeparators) + "=");
  if (equals == std::string_view::npos || text[equals] != '=') RejectNoPair(text);
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
    CheckSeparator(key, value);
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
    if (value.count() < 0 || value > kLongest)
      throw std::invalid_argument(std::string(name) + " is " + std::to_string(value.count()) +
                                  "ms: it must be 0 to " + std::to_string(kLongest.count()) + "ms");
  };
  check_duration("drain", effective.drain);
  check_duration("drain_max", effective.drain_max);
  check_duration("hang_timeout", effective.hang_timeout);
  for (const std::string& name : effective.report_known) ParseKnown("report_known", name);
  return effective;
}

std::vector<std::string> Settings(const Options& options) {
  const Options defaults;
  std::vector<std::string> settings;
  for (const Key& key : kKeys) {
    const Values values = key.get(options);
    if (values == key.get(defaults)) continue;
    for (const std::string& value : values) settings.push_back(std::string(key.name) + "=" + value);
  }
  return settings;
}

}  // namespace rules
}  // namespace taskleak
