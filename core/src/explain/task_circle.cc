#include "explain/task_circle.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <unordered_map>

namespace taskleak::explain {
namespace {

using registry::TaskRecord;
using Serials = std::vector<std::uint64_t>;

const TaskRecord* Find(const TaskRecords& tasks, std::uint64_t serial) {
  const auto found = tasks.find(serial);
  return found == tasks.end() || found->second.state != WaitState::kSuspended ? nullptr
                                                                              : &found->second;
}

// Returns the circle that is entered on the way from each task to its awaiter. Each task in it
// awaits the one before it. Returns an empty list if there is no circle, or if another walk has
// been there.
Serials CircleFrom(const TaskRecords& tasks, std::uint64_t serial,
                   std::set<std::uint64_t>& visited) {
  Serials path;
  const TaskRecord* task = Find(tasks, serial);
  while (task != nullptr && visited.insert(task->serial).second) {
    path.push_back(task->serial);
    task = Find(tasks, task->awaited_by);
  }
  if (task == nullptr) return {};
  path.erase(path.begin(), std::find(path.begin(), path.end(), task->serial));
  return path;
}

std::vector<Serials> Circles(const TaskRecords& tasks) {
  std::vector<Serials> circles;
  std::set<std::uint64_t> visited;
  Serials order;
  for (const auto& [serial, record] : tasks) order.push_back(serial);
  std::ranges::sort(order);
  for (const std::uint64_t serial : order) {
    if (Serials circle = CircleFrom(tasks, serial, visited); !circle.empty())
      circles.push_back(std::move(circle));
  }
  return circles;
}

bool IsSame(const Serials& circle, const TaskRecords& then, const TaskRecords& now) {
  return std::ranges::all_of(circle, [&](std::uint64_t serial) {
    const TaskRecord* const before = Find(then, serial);
    const TaskRecord* const after = Find(now, serial);
    return before != nullptr && after != nullptr && before->place == after->place &&
           before->awaits_at == after->awaits_at && before->awaited_by == after->awaited_by;
  });
}

}  // namespace

std::vector<FoundDeadlock> FindTaskCircles(std::vector<Finding>& findings, const TaskRecords& tasks,
                                           const TaskRecords& again) {
  std::unordered_map<std::uint64_t, Finding*> by_serial;
  for (Finding& finding : findings) {
    if (finding.unit.kind == UnitKind::kTask)
      by_serial.emplace(static_cast<std::uint64_t>(finding.unit.id), &finding);
  }
  std::vector<FoundDeadlock> deadlocks;
  for (const Serials& circle : Circles(tasks)) {
    const auto is_found = [&](std::uint64_t serial) { return by_serial.contains(serial); };
    if (!std::ranges::all_of(circle, is_found) || !IsSame(circle, tasks, again)) continue;
    FoundDeadlock& deadlock = deadlocks.emplace_back();
    deadlock.kind = circle.size() == 1 ? Deadlock::Kind::kSelf : Deadlock::Kind::kCycle;
    for (std::size_t i = circle.size(); i-- > 0;) {
      Finding& waiter = *by_serial.at(circle[i]);
      const Unit& other = by_serial.at(circle[i == 0 ? circle.size() - 1 : i - 1])->unit;
      waiter.in_circle = true;
      deadlock.units.push_back(waiter);
      deadlock.units.back().unit.held_by =
          Holder{other.id, other.name, false, other.state, other.stack};
    }
  }
  return deadlocks;
}

bool HasTaskCircle(const TaskRecords& tasks) { return !Circles(tasks).empty(); }

}  // namespace taskleak::explain
