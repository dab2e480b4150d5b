#include "check/lister.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "alive/background.h"
#include "alive/descent.h"
#include "alive/new_threads.h"
#include "alive/processes.h"
#include "explain/coroutine_frame.h"
#include "explain/inspect_task.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/child_birth.h"
#include "registry/frame_log.h"
#include "registry/own_threads.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"
#include "taskleak/internal/task_source.h"

namespace taskleak::check {
namespace {

using platform::ThreadId;
using platform::ThreadIds;

bool Contains(const std::shared_ptr<const ThreadIds>& ids, const ThreadId& id) {
  return ids != nullptr && std::binary_search(ids->begin(), ids->end(), id);
}

std::size_t PlaceOf(const registry::TaskRecord& task) {
  return std::hash<std::string>()(task.waiting) + std::hash<const char*>()(task.file) +
         static_cast<std::size_t>(task.line) + static_cast<std::size_t>(task.state) +
         std::hash<std::uintptr_t>()(task.awaits_at);
}

template <typename Unit>
void Append(std::vector<Unit> units, alive::Stragglers& stragglers) {
  std::ranges::move(units, std::back_inserter(stragglers));
}

}  // namespace

// Returns those of `candidates` that are alive and not ignored by what is cheap to find out.
Result<std::vector<alive::LiveThread>> Lister::Alive(const ThreadIds& candidates) const {
  std::vector<alive::LiveThread> alive;
  if (candidates.empty()) return alive;
  const auto adopted = adopted_too_ ? nullptr : alive::BackgroundThreads();
  const std::set<int> own = registry::OwnThreads();
  std::vector<int> judged;
  for (const ThreadId& id : candidates) {
    if (platform::IsCaller(id.tid) || own.contains(id.tid) || Contains(adopted, id) ||
        ignore_.MatchesCurrent(id))
      continue;
    alive.push_back({.id = id, .name = {}});
    judged.push_back(id.tid);
  }
  std::vector<Result<platform::ThreadStat>> stats = platform::ReadThreadStats(judged);
  auto end = alive.begin();
  for (std::size_t i = 0; i < stats.size(); ++i) {
    Result<platform::ThreadStat>& stat = stats[i];
    if (!stat && !platform::MeansEnded(stat.error())) return stat.error();
    if (!stat || stat->exiting || stat->start_ticks != alive[i].id.start_ticks ||
        ignore_.MatchesName(stat->name))
      continue;
    *end++ = {.id = alive[i].id, .name = std::move(stat->name)};
  }
  alive.erase(end, alive.end());
  return alive;
}

// Returns threads with serials from `first` on that ended, were not joined, and are not ignored by
// name.
std::vector<alive::UnjoinedThread> Lister::Unjoined(std::uint64_t first,
                                                    registry::Origin scope) const {
  std::vector<alive::UnjoinedThread> unjoined;
  if (!options_.hooks || registry::CountUnjoined() == 0) return unjoined;
  for (const registry::ThreadRecord& record : registry::FindUnjoined(first)) {
    if (ignore_.MatchesName(record.name.data())) continue;
    if (!adopted_too_ && !registry::Judges(scope, record.origin)) continue;
    unjoined.push_back({record.tid, record.serial});
  }
  return unjoined;
}

// Returns tasks of the epochs from `first` on that are not ignored by what is cheap to find out.
std::vector<alive::LiveTask> Lister::Tasks(registry::Epoch first, registry::Origin scope) const {
  internal::AskTaskSources();
  std::vector<alive::LiveTask> tasks;
  explain::FrameReader frames;
  const auto add = [&](registry::TaskRecord task) {
    if (!adopted_too_ && !registry::Judges(scope, task.origin)) return;
    if (task.frame.is_frame() && !frames.Complete(task)) return;
    std::string name = explain::NameOf(task);
    if (ignore_.MatchesCurrent(task.epoch) || ignore_.MatchesTaskName(name)) return;
    tasks.push_back(
        {task.serial, std::move(name), PlaceOf(task), task.thread, task.state, task.awaited_by});
  };
  if (adopted_too_)
    registry::ForEveryTask(std::cref(add));  // a copy would need memory
  else
    registry::ForEachTask(first, std::cref(add));
  std::ranges::sort(tasks, {}, &alive::LiveTask::serial);
  return tasks;
}

// Returns child processes since `base` that are not ignored by what is cheap to find out.
Result<std::vector<platform::ChildProcess>> Lister::Processes(const internal::SnapshotData* base,
                                                              std::uint64_t births,
                                                              registry::Origin scope) const {
  std::vector<platform::ChildProcess> processes;
  if (!options_.processes) return processes;
  auto children = alive::NewProcesses(base, births);
  if (!children) return children.error();
  const auto adopted = adopted_too_ ? nullptr : alive::BackgroundProcesses();
  for (platform::ChildProcess& child : *children) {
    if (Contains(adopted, child.id) || ignore_.MatchesCurrentProcess(child.id) ||
        ignore_.MatchesProcess(platform::ReadCommandLine(child.id.tid), child.stat.name))
      continue;
    const auto record = registry::FindChild(child.id);
    if (!adopted_too_ && record && !registry::Judges(scope, record->origin)) continue;
    processes.push_back(std::move(child));
  }
  return processes;
}

alive::MarkedLook Lister::ListSince(const internal::SnapshotData* base,
                                    registry::Origin scope) const {
  alive::MarkedLook look;
  alive::BirthMark& births = look.births;
  births.next_thread = registry::NextSerial();
  births.epoch = registry::BeginEpoch();
  // The living are listed first: a thread that ends in between is then still found, as unjoined.
  const auto listed = platform::ListThreads(&births.births);
  if (listed) births.listed = *listed;
  auto alive = listed ? Alive(alive::NewThreads(base, **listed)) : listed.error();
  if (!alive) look.failure = alive.error();
  if (base != nullptr && base->threads == nullptr) look.failure = base->error;
  if (!look.failure) Append(alive::JudgedBy(scope, *std::move(alive)), look.left);
  Append(Unjoined(base == nullptr ? 0 : base->next_birth, scope), look.left);
  Append(Tasks(base == nullptr ? 0 : base->next_epoch, scope), look.left);
  auto processes = Processes(base, births.births, scope);
  if (!processes) look.failure = processes.error();
  if (processes) Append(*std::move(processes), look.left);
  return look;
}

Result<alive::Stragglers> Lister::ListAll() const {
  registry::FollowFrames();
  const auto now = platform::ListThreads();
  if (!now) return now.error();
  auto alive = Alive(**now);
  if (!alive) return alive.error();
  alive::Stragglers all;
  Append(adopted_too_ ? *std::move(alive) : alive::JudgedBy(0, *std::move(alive)), all);
  if (adopted_too_) Append(Unjoined(0, 0), all);
  Append(Tasks(0, 0), all);
  // If they cannot be listed, the rest is shown all the same.
  if (auto processes = Processes(nullptr, 0, 0)) Append(*std::move(processes), all);
  return all;
}

}  // namespace taskleak::check
