#include "taskleak/live/pprof.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include "gzip.h"
#include "places.h"
#include "profile_writer.h"
#include "taskleak/internal/mappings.h"
#include "wording.h"

namespace taskleak::live {
namespace {

std::string CreatorOf(const Unit& unit) {
  const Frame* const creator = FirstOwn(unit.created_by);
  return creator == nullptr ? std::string() : FunctionText(*creator);
}

void AddPlace(Place units, ProfileWriter& profile) {
  // Units of one group share creator and origin. Units of one place share state and stack.
  const Unit& first = units.front();
  std::map<std::string, std::int64_t> by_name;
  for (const Unit& unit : units) ++by_name[OneLine(unit.name)];
  const std::string creator = CreatorOf(first);
  const std::string origin = OneLine(first.origin);
  const bool ended = first.kind == UnitKind::kUnjoinedThread;
  for (const auto& [name, count] : by_name) {
    const bool is_task = first.kind == UnitKind::kTask;
    profile.AddSample(first.stack.empty() ? first.created_by : first.stack,
                      {is_task ? 0 : count, is_task ? count : 0},
                      {{"kind", ToString(first.kind)},
                       {"state", ended ? std::string_view("ended") : ToString(first.state)},
                       {"name", name},
                       {"origin", origin},
                       {"created_by", creator}});
  }
}

}  // namespace

std::string ToPprof(const Capture& capture) {
  ProfileWriter profile(internal::ReadMaps());
  profile.AddValueType("threads", "count");
  profile.AddValueType("tasks", "count");
  for (const LeakGroup& group : capture.report.groups) {
    if (group.first().kind == UnitKind::kProcess) continue;  // it has no stack in this process
    for (const Place units : PlacesOf(group)) AddPlace(units, profile);
  }
  return Gzip(profile.Finish(capture.time, capture.threads == 0 ? "tasks" : "threads"));
}

}  // namespace taskleak::live
