#include "report/frame_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "report/source_snippet.h"
#include "report/wording.h"
#include "symbolize/framework_frames.h"
#include "symbolize/function_name.h"
#include "symbolize/generated_name.h"

namespace taskleak::report {
namespace {

constexpr std::string_view kLambda = "{lambda}";
constexpr std::string_view kLambdaCall = "{lambda}::operator()";

// One line: a frame in two columns, or a remark.
struct Row {
  std::string function;
  std::string place;
};

// The part of a stack that a short report shows: [begin, end).
struct Shown {
  const Frame* begin;
  const Frame* end;
};

// Returns the end of the shown part: from there outwards there is only the runtime, and the test
// framework with the main function around it.
const Frame* OuterEnd(const Stack& stack) {
  if (const std::size_t framework = symbolize::CountFrameworkFrames(stack); framework > 0)
    return stack.end() - framework;
  const Frame* end = stack.end();
  while (end != stack.begin() && (end - 1)->runtime) --end;
  return end;
}

Shown ShownPart(const Stack& stack, StackRole role) {
  const Frame* const end = OuterEnd(stack);
  if (end == stack.begin()) return {stack.begin(), stack.end()};  // only the runtime: all of it
  const Frame* begin = std::find_if(stack.begin(), end, [](const Frame& f) { return !f.runtime; });
  if (role == StackRole::kWhereItIs) {
    const Frame* call = begin;
    while (call != stack.begin() && (call - 1)->function.empty()) --call;
    if (call != stack.begin()) begin = call - 1;
  }
  return {begin, end};
}

std::string FunctionOf(const Frame& frame) {
  if (!frame.function.empty()) return frame.function;
  if (!frame.module.empty()) return fmt::format("{}+{:#x}", frame.module, frame.module_offset);
  return fmt::format("{:#x}", frame.address);
}

std::string PlaceOf(const Frame& frame, const std::string& file) {
  std::string place;
  if (!file.empty() && frame.line > 0)
    place = fmt::format("{}:{}", file, frame.line);
  else if (!file.empty())
    place = file;
  else if (frame.module.empty())
    place = "(in no loaded module)";
  else if (!frame.function.empty())
    place = frame.module;
  if (frame.guessed) place += place.empty() ? "(guessed)" : " (guessed)";
  return place;
}

Row RowOf(const Frame& frame, std::string_view test) {
  const std::string function = FunctionOf(frame);
  std::string named = WithTestName(function, test);
  return {named == function ? ShortFunction(function) : std::move(named),
          PlaceOf(frame, ShortFile(frame.file))};
}

Row Folded(std::size_t count) {
  return {fmt::format("({} of the C++ runtime)", Count(count, "frame")), ""};
}

// Leaves out the middle if there are too many rows.
void LimitRows(std::vector<Row>* rows) {
  constexpr std::size_t kInner = 8;
  constexpr std::size_t kOuter = 3;
  if (rows->size() <= kInner + kOuter + 1) return;
  const std::size_t left_out = rows->size() - kInner - kOuter;
  const auto first = rows->begin() + kInner;
  *first = {
      fmt::format("({} left out; verbose=1 or the JSON report has them)", Count(left_out, "line")),
      ""};
  rows->erase(first + 1, rows->end() - kOuter);
}

std::vector<std::string> InColumns(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    if (!row.place.empty()) width = std::max(width, row.function.size());
  }
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const Row& row : rows) {
    lines.push_back(row.place.empty() ? row.function
                                      : fmt::format("{:<{}}  {}", row.function, width, row.place));
  }
  return lines;
}

}  // namespace

std::vector<std::string> ShortLines(const Stack& stack, StackRole role, std::string_view test) {
  std::vector<Row> rows;
  const Shown shown = ShownPart(stack, role);
  const bool only_runtime =
      shown.begin != shown.end && shown.begin->runtime && shown.end == stack.end();
  constexpr std::size_t kRuntimeShown = 3;
  for (const Frame* frame = shown.begin; frame != shown.end; ++frame) {
    const bool first = frame == shown.begin || (only_runtime && rows.size() < kRuntimeShown);
    if (first || !frame->runtime) {
      rows.push_back(RowOf(*frame, test));
      continue;
    }
    const Frame* const next =
        std::find_if(frame, shown.end, [](const Frame& f) { return !f.runtime; });
    rows.push_back(Folded(static_cast<std::size_t>(next - frame)));
    frame = next - 1;
  }
  LimitRows(&rows);
  return InColumns(rows);
}

std::vector<std::string> FullLines(const Stack& stack, std::string_view test) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const Frame& frame = stack[i];
    const std::string place = PlaceOf(frame, frame.file);
    lines.push_back(fmt::format("#{:<2} {:#014x} {}{}{}{}", i, frame.address,
                                WithTestName(FunctionOf(frame), test), place.empty() ? "" : "  ",
                                place, frame.inlined ? " (inlined)" : ""));
    if (frame.runtime) continue;
    for (const std::string& line : SourceSnippet(frame.file, frame.line))
      lines.push_back("      " + line);
  }
  return lines;
}

std::string WithTestName(const std::string& function, std::string_view test) {
  if (test.empty() || !symbolize::MayBeGenerated(function)) return function;
  const std::string name = symbolize::PlainName(function);
  std::string_view within = symbolize::WithinGeneratedTest(name);
  if (within.data() == nullptr) return function;
  // The member of the class that is made for a test case with a fixture: Catch2's, doctest's.
  for (const std::string_view member : {"::test", "::f"}) {
    if (within == member || within.starts_with(std::string(member) + "::"))
      within.remove_prefix(member.size());
  }
  if (within.ends_with(kLambdaCall)) within.remove_suffix(kLambdaCall.size() - kLambda.size());
  return fmt::format("test \"{}\"{}", test, within);
}

std::string ShortFunction(const std::string& function) {
  constexpr std::size_t kWhole = 56;
  constexpr std::size_t kLongest = 64;
  std::string name = symbolize::PlainName(function);
  if (name.ends_with(kLambdaCall)) {
    name.resize(name.size() - kLambdaCall.size() + kLambda.size());
  } else if (function.size() <= kWhole) {
    return function;
  } else if (function.find('(') != std::string::npos) {
    name += "(...)";
  }
  if (name.size() <= kLongest) return name;
  const std::size_t scope = name.find("::", name.size() - kLongest + 3);
  if (scope != std::string::npos) return "..." + name.substr(scope);
  return "..." + name.substr(name.size() - kLongest + 3);
}

std::string ShortFile(const std::string& file) {
  constexpr std::size_t kLongest = 52;
  constexpr std::string_view kStandard = "/include/c++/";
  constexpr std::string_view kSystem = "/usr/include/";
  if (const std::size_t at = file.find(kStandard); at != std::string::npos) {
    const std::size_t after_version = file.find('/', at + kStandard.size());
    if (after_version != std::string::npos) return '<' + file.substr(after_version + 1) + '>';
  }
  if (file.starts_with(kSystem)) return '<' + file.substr(kSystem.size()) + '>';
  if (file.size() <= kLongest) return file;
  const std::size_t folder = file.find('/', file.size() - kLongest + 3);
  return "..." + file.substr(folder == std::string::npos ? file.size() - kLongest + 3 : folder);
}

}  // namespace taskleak::report
