// The file format of speedscope.app: one profile for each test, a leaked unit weighs one.
#include <map>
#include <string>
#include <utility>

#include "folded_stack.h"
#include "format.h"

namespace taskleak::cli {
namespace {

/// All profiles share the frames.
class FrameTable {
 public:
  std::size_t IndexOf(const Frame& frame) {
    const auto [at, is_new] =
        indices_.try_emplace({FrameName(frame), frame.file, frame.line}, frames_.size());
    if (is_new) {
      Json entry = {{"name", FrameName(frame)}};
      if (!frame.file.empty()) entry["file"] = frame.file;
      if (frame.line > 0) entry["line"] = frame.line;
      frames_.push_back(std::move(entry));
    }
    return at->second;
  }
  [[nodiscard]] Json Take() && { return std::move(frames_); }

 private:
  std::map<std::tuple<std::string, std::string, int>, std::size_t> indices_;
  Json frames_ = Json::array();
};

Json Profile(const LeakReport& report, FrameTable* table) {
  Json samples = Json::array();
  Json weights = Json::array();
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      Json sample = Json::array();
      for (std::size_t i = unit.stack.size(); i > 0; --i)
        sample.push_back(table->IndexOf(unit.stack[i - 1]));
      samples.push_back(std::move(sample));
      weights.push_back(1);
    }
  }
  const std::size_t end = weights.size();
  return {{"type", "sampled"},
          {"name", report.test.empty() ? "(no name)" : report.test},
          {"unit", "none"},
          {"startValue", 0},
          {"endValue", end},
          {"samples", std::move(samples)},
          {"weights", std::move(weights)}};
}

}  // namespace

std::string FormatSpeedscope(const RunReport& report, const FormatOptions&) {
  FrameTable table;
  Json profiles = Json::array();
  for (const TestEntry& test : report.tests) profiles.push_back(Profile(test.report, &table));
  const Json document = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                         {"exporter", "taskleak " TASKLEAK_VERSION},
                         {"name", "taskleak"},
                         {"shared", {{"frames", std::move(table).Take()}}},
                         {"profiles", std::move(profiles)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace taskleak::cli
