// SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0).
#include <fmt/format.h>

#include "distinct_leaks.h"
#include "format.h"
#include "group_summary.h"

namespace taskleak::cli {
namespace {

// Returns the path as a URI reference (RFC 3986): relative, or file:///... if it is absolute.
std::string UriOf(const std::string& path) {
  constexpr std::string_view kUnreserved =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kUnreserved.find(c) != std::string_view::npos)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json Location(const SourceLine& place) {
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", UriOf(place.file)}}},
            {"region", {{"startLine", place.line}}}}}};
}

Json FrameJson(const Frame& frame, const std::string& root) {
  Json location = Json::object();
  if (!frame.file.empty() && frame.line > 0)
    location = Location({RelativeTo(root, frame.file), frame.line});
  location["message"] = {{"text", frame.function.empty() ? "(no symbol)" : frame.function}};
  return {{"location", std::move(location)}, {"module", frame.module}};
}

Json StackJson(const std::string& what, const Stack& stack, const std::string& root) {
  Json frames = Json::array();
  for (const Frame& frame : stack) frames.push_back(FrameJson(frame, root));
  return {{"message", {{"text", what}}}, {"frames", std::move(frames)}};
}

Json Result(const DistinctLeak& leak, const std::string& root) {
  const LeakGroup& group = leak.first();
  const Unit& unit = group.first();
  Json stacks = Json::array();
  if (!unit.stack.empty()) stacks.push_back(StackJson("where it is", unit.stack, root));
  if (!unit.created_by.empty()) stacks.push_back(StackJson("created by", unit.created_by, root));
  Json result = {{"ruleId", ToString(unit.kind)},
                 {"level", "error"},
                 {"message",
                  {{"text", fmt::format("{} left by {}.\n\n{}", Title(group), leak.TestsText(),
                                        GroupText(*leak.report, leak.group))}}},
                 {"partialFingerprints", {{"taskleakSignature/v1", group.signature}}},
                 {"stacks", std::move(stacks)}};
  const SourceLine place = BlamedLine(group, root);
  if (!place.file.empty()) result["locations"] = Json::array({Location(place)});
  return result;
}

Json Rule(UnitKind kind, const char* text) {
  return {{"id", ToString(kind)}, {"shortDescription", {{"text", text}}}};
}

}  // namespace

std::string FormatSarif(const RunReport& report, const FormatOptions& options) {
  Json results = Json::array();
  for (const DistinctLeak& leak : FindDistinctLeaks(report))
    results.push_back(Result(leak, options.root));
  const Json rules = {
      Rule(UnitKind::kThread, "A thread is still alive after the test"),
      Rule(UnitKind::kUnjoinedThread, "A thread ended, but was neither joined nor detached"),
      Rule(UnitKind::kTask, "A task is still alive after the test"),
      Rule(UnitKind::kProcess, "A child process was not waited for"),
      Rule(UnitKind::kDescriptor, "Test after test leaves a descriptor open")};
  const Json document = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs",
       Json::array({{{"tool",
                      {{"driver",
                        {{"name", "taskleak"}, {"version", TASKLEAK_VERSION}, {"rules", rules}}}}},
                     {"results", std::move(results)}}})}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace taskleak::cli
