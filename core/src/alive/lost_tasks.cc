#include "alive/lost_tasks.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::alive {
namespace {

constexpr std::chrono::milliseconds kLongEnough{50};

}  // namespace

// Returns where each of them is, if all are lost. Starts with those that are marked, and goes on to
// those that await them.
std::optional<LostTasks::Places> LostTasks::PlacesIfLost(const Stragglers& stragglers) {
  std::map<std::uint64_t, const LiveTask*> tasks;
  std::vector<const LiveTask*> lost;
  for (const Straggler& straggler : stragglers) {
    const auto* const task = std::get_if<LiveTask>(&straggler);
    if (task == nullptr) return std::nullopt;
    tasks[task->serial] = task;
    if (task->state == WaitState::kLost) lost.push_back(task);
  }
  Places places;
  while (!lost.empty()) {
    const LiveTask& task = *lost.back();
    lost.pop_back();
    if (!places.emplace(task.serial, task.place).second) continue;
    const auto awaiter = tasks.find(task.awaited_by);
    if (awaiter != tasks.end() && awaiter->second->state == WaitState::kSuspended)
      lost.push_back(awaiter->second);
  }
  if (places.empty() || places.size() != tasks.size()) return std::nullopt;
  return places;
}

bool LostTasks::Observe(const Stragglers& stragglers, Clock::time_point now) {
  auto places = PlacesIfLost(stragglers);
  if (!places) {
    places_.clear();
    return false;
  }
  if (*places != places_) {
    places_ = *std::move(places);
    since_ = now;
  }
  return now - since_ >= kLongEnough;
}

}  // namespace taskleak::alive
