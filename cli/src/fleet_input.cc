#include "fleet_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "http_get.h"
#include "pprof_reader.h"
#include "progress.h"
#include "report/wording.h"
#include "report_reader.h"
#include "test_entry.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kProfile = ".pb.gz";
constexpr std::string_view kGzip = "\x1f\x8b";  // RFC 1952, 2.3.1
constexpr std::string_view kEndpoint = "/debug/tasks/?format=json";

// One unit of each place, and the number of units there.
using Places = std::vector<std::pair<Unit, std::size_t>>;

/// Collects the places of a report's groups.
class PlaceSink final : public ReportSink {
 public:
  explicit PlaceSink(Places& places) : places_(places) {}
  void OnTest(Json test) override {
    for (const Json& group : test["groups"]) {
      const LeakGroup read = ReadGroup(group);
      for (const std::span<const Unit> units : report::Places(read))
        places_.emplace_back(units.front(), units.size());
    }
  }
  void OnChecked(report::CheckedScope) override {}
  void OnSuppression(rules::SuppressionCount) override {}
  void OnNote(std::string) override {}

 private:
  Places& places_;
};

std::vector<std::string> ReadPlaces(std::string_view data, Places& places) {
  if (data.empty()) return {"it is empty"};
  if (data.starts_with(kGzip)) {
    std::string error = ReadPprof(
        data, [&places](const Unit& unit, std::size_t count) { places.emplace_back(unit, count); });
    return error.empty() ? std::vector<std::string>() : std::vector{std::move(error)};
  }
  PlaceSink sink(places);
  return ReadDocument(data, sink);
}

// Reads one dump. If nothing of it can be read, it does not count as a process.
std::vector<std::string> ReadDump(const std::string& source, std::string_view data,
                                  FleetTable& table) {
  Places places;
  std::vector<std::string> complaints = ReadPlaces(data, places);
  if (!complaints.empty() && places.empty()) return complaints;
  table.BeginProcess(source);
  for (const auto& [unit, count] : places) table.Add(unit, count);
  return complaints;
}

// Returns the dumps in a folder.
std::vector<std::string> DumpsIn(const std::string& folder, std::string* error) {
  std::vector<std::string> dumps;
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator entry(folder, code), end;
       !code && entry != end; entry.increment(code)) {
    std::string path = entry->path().string();
    const bool wanted = path.ends_with(".json") || path.ends_with(kProfile);
    std::error_code ignored;
    if (wanted && !entry->is_directory(ignored)) dumps.push_back(std::move(path));
  }
  if (code) *error = code.message();
  std::ranges::sort(dumps);
  std::erase_if(dumps, [&dumps](const std::string& path) {
    if (!path.ends_with(kProfile)) return false;
    const std::string stem = path.substr(0, path.size() - kProfile.size());
    return std::ranges::binary_search(dumps, stem + ".json");
  });
  if (dumps.empty() && error->empty()) *error = "no *.json or *.pb.gz file in this folder";
  return dumps;
}

bool IsUrl(const std::string& source) {
  return source.starts_with(kHttp) || source.starts_with(kHttps);
}

std::string Fetch(const std::string& url, const std::string& token, std::string* body) {
  const bool has_path = url.find('/', kHttp.size()) != std::string::npos;
  return HttpGet(has_path ? url : url + std::string(kEndpoint), token, body);
}

}  // namespace

std::vector<std::string> ReadFleet(const std::vector<std::string>& sources,
                                   const std::string& token, FleetTable& table) {
  std::vector<std::string> complaints;
  const auto complain = [&complaints](const std::string& source, const std::string& complaint) {
    complaints.push_back(fmt::format("{}: {}", source, complaint));
  };
  std::vector<std::string> dumps;  // files and addresses
  for (const std::string& source : sources) {
    std::error_code ignored;
    if (IsUrl(source) || !std::filesystem::is_directory(source, ignored)) {
      dumps.push_back(source);
      continue;
    }
    std::string error;
    std::ranges::move(DumpsIn(source, &error), std::back_inserter(dumps));
    if (!error.empty()) complain(source, error);
  }
  Progress progress;
  for (std::size_t i = 0; i < dumps.size(); ++i) {
    const std::string& dump = dumps[i];
    progress.Show(i, dumps.size(),
                  fmt::format("{} of {}, {}", i, report::Count(dumps.size(), "dump"), dump));
    std::string data;
    const std::string error = IsUrl(dump) ? Fetch(dump, token, &data) : ReadWhole(dump, &data);
    for (const std::string& complaint :
         error.empty() ? ReadDump(dump, data, table) : std::vector{error})
      complain(dump, complaint);
  }
  return complaints;
}

}  // namespace taskleak::cli
