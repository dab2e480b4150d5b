#include "wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <set>

#include "taskleak/internal/utf8.h"

namespace taskleak::live {

std::string_view ChangeWord(Diff::Kind kind) {
  switch (kind) {
    case Diff::Kind::kAppeared:
      return "appeared";
    case Diff::Kind::kGrew:
      return "grew";
    case Diff::Kind::kShrank:
      return "shrank";
    case Diff::Kind::kVanished:
      return "vanished";
  }
  return "grew";
}

std::string CountText(std::size_t count, Place units) {
  const std::string names = Names(units);
  return Count(count, Noun(units.front().kind)) + (names.empty() ? "" : ' ' + names);
}

std::string Names(Place units) {
  std::set<std::string_view> names;
  for (const Unit& unit : units) names.insert(unit.name);
  names.erase(std::string_view());
  if (names.empty()) return {};
  std::string text = fmt::format("\"{}\"", OneLine(*names.begin()));
  if (names.size() > 1) text += fmt::format(" and {}", Count(names.size() - 1, "more name"));
  return text;
}

std::string Ages(Place units) {
  const auto [youngest, oldest] = std::ranges::minmax_element(units, {}, &Unit::age);
  const auto from = youngest->age.count() / 1000;
  const auto to = oldest->age.count() / 1000;
  return from == to ? fmt::format("{} s old", to) : fmt::format("{} to {} s old", from, to);
}

std::string FunctionText(const Frame& frame) {
  if (!frame.function.empty()) return OneLine(frame.function);
  if (frame.module.empty()) return "(unknown)";
  return OneLine(fmt::format("{}+{:#x}", frame.module, frame.module_offset));
}

std::string LineText(const Frame& frame) {
  if (frame.file.empty()) return OneLine(frame.module);
  return OneLine(frame.line == 0 ? frame.file : fmt::format("{}:{}", frame.file, frame.line));
}

void AddFrame(const Frame& frame, std::string& text) {
  text += fmt::format("      {}  {}\n", FunctionText(frame), LineText(frame));
}

void AddFrames(const Stack& stack, std::string& text) {
  for (const Frame& frame : stack) AddFrame(frame, text);
}

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = internal::Utf8Length(text);
    if (internal::BeginsWithControl(text)) size = 0;
    line += size == 0 ? "?" : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return line;
}

void Say(const std::string& error) {
  if (!error.empty()) std::fprintf(stderr, "taskleak: %s\n", error.c_str());
}

std::string TimeText(std::chrono::system_clock::time_point time) {
  using std::chrono::duration_cast;
  const auto since = time.time_since_epoch();
  const std::time_t seconds = duration_cast<std::chrono::seconds>(since).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     duration_cast<std::chrono::milliseconds>(since).count() % 1000);
}

}  // namespace taskleak::live
