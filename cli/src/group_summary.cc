#include "group_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "report/wording.h"
#include "symbolize/function_name.h"

namespace taskleak::cli {
namespace {

bool IsOwn(const Frame& frame) { return !frame.runtime && !frame.function.empty(); }

const Frame* FirstOwn(const Stack& stack, bool with_line) {
  const Frame* const found =
      std::find_if(stack.begin(), stack.end(), [with_line](const Frame& frame) {
        return IsOwn(frame) && (!with_line || (!frame.file.empty() && frame.line > 0));
      });
  return found == stack.end() ? nullptr : found;
}

// Returns "src/a.cc" for "../../src/a.cc", which is relative to a build folder.
std::filesystem::path WithoutParents(const std::filesystem::path& path) {
  std::filesystem::path result;
  for (const std::filesystem::path& part : path) {
    if (part != "..") result /= part;
  }
  return result;
}

}  // namespace

std::string Title(const LeakGroup& group) {
  const Unit& first = group.first();
  const std::string names = report::Distinct(group.units, "name", [](const Unit& unit) {
    return unit.name.empty() ? "" : '"' + unit.name + '"';
  });
  const std::string_view noun = report::Noun(first.kind);
  return report::Printable(
      fmt::format("{}{}{} {}{}", report::Count(group.units.size(), noun), names.empty() ? "" : " ",
                  names, group.deadlock ? "in a deadlock, " : "", report::Doing(first)));
}

SourceLine BlamedLine(const LeakGroup& group, const std::string& root) {
  const Unit& unit = group.first();
  const Frame* frame = FirstOwn(unit.created_by, /*with_line=*/true);
  if (frame == nullptr) frame = FirstOwn(unit.stack, /*with_line=*/true);
  if (frame == nullptr) return {};
  return {RelativeTo(root, frame->file), frame->line};
}

std::string RelativeTo(const std::string& root, const std::string& file) {
  if (root.empty()) return file;
  const std::filesystem::path path = std::filesystem::path(file).lexically_normal();
  const std::filesystem::path relative =
      path.is_absolute() ? path.lexically_relative(root) : WithoutParents(path);
  std::error_code ignored;
  const bool outside = relative.empty() || *relative.begin() == "..";
  if (outside || (path.is_relative() && !std::filesystem::exists(root / relative, ignored)))
    return file;
  return relative.string();
}

std::string FirstFunction(const LeakGroup& group) {
  const Unit& unit = group.first();
  const Frame* frame = FirstOwn(unit.stack, /*with_line=*/false);
  if (frame == nullptr) frame = FirstOwn(unit.created_by, /*with_line=*/false);
  return frame == nullptr ? std::string() : symbolize::PlainName(frame->function);
}

std::string PlaceText(const LeakGroup& group) {
  const std::string function = FirstFunction(group);
  if (function.empty()) return {};
  const bool is_there = FirstOwn(group.first().stack, /*with_line=*/false) != nullptr;
  return fmt::format("{} {}", is_there ? "at" : "created by", function);
}

std::string GroupText(const LeakReport& report, std::size_t group) {
  LeakReport one = report;
  one.groups = {report.groups[group]};
  if (!one.groups.front().deadlock) one.deadlocks.clear();
  return one.ToText();
}

}  // namespace taskleak::cli
