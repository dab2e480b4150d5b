#include "page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "page_data.h"
#include "page_document.h"
#include "places.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using pages::Json;
using pages::PageData;

constexpr std::size_t kMostRows = 2000;
constexpr std::size_t kMostUnits = 1000;

Json CaptureJson(const Capture& capture) {
  return {{"id", capture.id},
          {"time", TimeText(capture.time)},
          {"took_ms", capture.took.count()},
          {"threads", capture.threads},
          {"unjoined", capture.unjoined},
          {"tasks", capture.tasks}};
}

Json RowJson(const Row& row, PageData& page) {
  Json json = page.Row(*row.group, row.places);
  json["key"] = fmt::format("row-{:x}", row.key);
  json["deadlock"] = row.deadlock;
  json["group"] = row.group->signature;
  json["counts"] = row.counts;
  json["marks"] = row.marks;
  json["ignore"] = Json::array();  // rules are for tests
  return json;
}

// Returns the id, name, age in milliseconds and wait of each unit.
Json UnitsJson(const Row& row) {
  Json units = Json::array();
  for (const Place place : row.places) {
    for (const Unit& unit : place) {
      if (units.size() == kMostUnits) return units;
      units.push_back({unit.id, unit.name, unit.age.count(), unit.detail});
    }
  }
  return units;
}

Json PointsJson(const std::vector<History::Point>& history) {
  Json points = Json::array();
  for (const History::Point& point : history) {
    const std::chrono::duration<double> since = point.time - history.front().time;
    points.push_back({since.count(), point.threads, point.tasks});
  }
  return points;
}

double Seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string_view ByText(HourSeries::By by) {
  switch (by) {
    case HourSeries::By::kCreator:
      return "creator";
    case HourSeries::By::kPlace:
      return "place";
    case HourSeries::By::kState:
      return "state";
  }
  return "state";
}

// Returns the common data of the page and of the JSON.
Json TableJson(const HourTable& hour) {
  Json times = Json::array();
  for (const auto& time : hour.times) times.push_back(Seconds(time));
  Json list = Json::array();
  for (const HourSeries& series : hour.series) {
    list.push_back({{"by", ByText(series.key.by)},
                    {"kind", ToString(series.key.kind)},
                    {"name", series.key.name},
                    {"line", series.key.line},
                    {"lowest", series.lowest},
                    {"began", series.began ? Json(*series.began) : Json(nullptr)},
                    {"counts", series.counts}});
  }
  return {{"times", std::move(times)},
          {"threads", hour.threads},
          {"tasks", hour.tasks},
          {"series", std::move(list)}};
}

std::string Document(Json data, const PageData& page, const PageFrame& frame,
                     const std::string& title) {
  data["prefix"] = frame.prefix;
  data["watched"] = frame.watched;
  data["frames"] = page.frames();
  data["stacks"] = page.stacks();
  return pages::PageDocument({pages::PageKind::kLive, title, frame.nonce}, data);
}

// Returns the common data of both pages of one look.
Json LookJson(const Capture& capture, Json rows, std::size_t all_rows) {
  return {{"capture", CaptureJson(capture)},
          {"could_not_look", capture.report.could_not_look},
          {"rows", std::move(rows)},
          {"all_rows", all_rows},
          {"notes", capture.report.notes}};
}

}  // namespace

std::string LivePage(const Capture& capture, const std::vector<Row>& rows,
                     const std::vector<History::Point>& history, const PageFrame& frame) {
  PageData page;
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i)
    list.push_back(RowJson(rows[i], page));
  Json data = LookJson(capture, std::move(list), rows.size());
  Json deadlocks = Json::array();
  for (const Deadlock& deadlock : capture.report.deadlocks)
    deadlocks.push_back(page.DeadlockRow(deadlock));
  data["page"] = "live";
  data["points"] = PointsJson(history);
  data["deadlocks"] = std::move(deadlocks);
  return Document(std::move(data), page, frame, "taskleak: what is alive");
}

std::string GroupPage(const Capture& capture, const std::vector<Row>& rows,
                      const std::string& signature, const PageFrame& frame) {
  PageData page;
  Json list = Json::array();
  for (const Row& row : rows) {
    if (row.group->signature != signature) continue;
    list.push_back(RowJson(row, page));
    list.back()["units"] = UnitsJson(row);
  }
  const std::size_t count = list.size();
  Json data = LookJson(capture, std::move(list), count);
  data["page"] = "group";
  return Document(std::move(data), page, frame, "taskleak: one group");
}

std::string HourPage(const HourTable& hour, const std::string& alarm, const PageFrame& frame) {
  Json data = TableJson(hour);
  data["alarm"] = alarm;
  data["prefix"] = frame.prefix;
  return pages::PageDocument({pages::PageKind::kHour, "taskleak: the last hour", frame.nonce},
                             data);
}

std::string HourJson(const HourTable& hour) { return TableJson(hour).dump() + '\n'; }

std::string DiffPage(const Diff& diff, const PageFrame& frame) {
  PageData page;
  Json list = Json::array();
  for (const Diff::Change& change : diff.changes) {
    Json json = page.Row(*change.group, PlacesOf(*change.group));
    json["key"] = fmt::format("row-{}", list.size());
    json["change"] = ChangeWord(change.kind);
    json["before"] = change.before;
    json["after"] = change.after;
    json["fresh"] = change.fresh;
    json["marks"] = Json::array();
    json["ignore"] = Json::array();
    list.push_back(std::move(json));
    if (list.size() == kMostRows) break;
  }
  Json data = {{"page", "diff"},
               {"from", CaptureJson(*diff.from)},
               {"to", CaptureJson(*diff.to)},
               {"all_rows", diff.changes.size()},
               {"rows", std::move(list)}};
  return Document(std::move(data), page, frame, "taskleak: what changed");
}

}  // namespace taskleak::live
