// Hand-made captures.
#ifndef TASKLEAK_TESTS_LIVE_MADE_CAPTURES_H_
#define TASKLEAK_TESTS_LIVE_MADE_CAPTURES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/report/made_reports.h"
#include "taskleak/live/capture.h"

namespace taskleak::live {

inline std::shared_ptr<Capture> MadeCapture(std::uint64_t id, std::vector<LeakGroup> groups) {
  auto capture = std::make_shared<Capture>();
  capture->id = id;
  capture->time = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000 + id));
  capture->took = std::chrono::milliseconds(3);
  capture->report.verdict = Verdict::kAlive;
  capture->report.groups = std::move(groups);
  for (const LeakGroup& group : capture->report.groups) {
    (group.first().kind == UnitKind::kTask ? capture->tasks : capture->threads) +=
        group.units.size();
  }
  return capture;
}

// Returns a group of `count` workers that share their stacks, as in a real look.
inline LeakGroup Workers(int count) {
  LeakGroup group = report::Workers(count);
  for (Unit& unit : group.units) {
    unit.stack = group.units.front().stack;
    unit.created_by = group.units.front().created_by;
  }
  return group;
}

inline LeakGroup Jobs(int count) {
  Unit unit;
  unit.kind = UnitKind::kTask;
  unit.name = "job";
  unit.state = WaitState::kQueued;
  unit.created_by = Stack({report::UserFrame("JobPool::Submit(Job)", "src/jobs.cc", 20)});
  LeakGroup group;
  group.signature = "1bc2bf6c3242";
  for (int i = 0; i < count; ++i) {
    unit.id = 1 + i;
    group.units.push_back(unit);
  }
  return group;
}

}  // namespace taskleak::live

#endif  // TASKLEAK_TESTS_LIVE_MADE_CAPTURES_H_
