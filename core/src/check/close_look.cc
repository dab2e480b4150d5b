#include "check/close_look.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <variant>

#include "explain/task_circle.h"
#include "explain/unverified.h"
#include "linux/proc/subject.h"

namespace taskleak::check {
namespace {

std::map<std::uint64_t, registry::ThreadRecord> UnjoinedRecords(
    const alive::Stragglers& stragglers) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  std::map<std::uint64_t, registry::ThreadRecord> records;
  std::uint64_t first = kNone;
  for (const alive::Straggler& straggler : stragglers) {
    if (const auto* const thread = std::get_if<alive::UnjoinedThread>(&straggler))
      first = std::min(first, thread->birth);
  }
  if (first == kNone) return records;
  for (const registry::ThreadRecord& record : registry::FindUnjoined(first))
    records.emplace(record.serial, record);
  return records;
}

}  // namespace

Inspectors::Inspectors(const alive::Stragglers& stragglers, bool system_lines,
                       platform::Signals signals)
    : unjoined_(UnjoinedRecords(stragglers)),
      task_records_(explain::TasksFor(stragglers)),
      threads_(system_lines),
      tasks_(task_records_, system_lines, signals),
      unverified_(unverified_records_, system_lines, signals) {}

std::optional<explain::Finding> Inspectors::Inspect(const alive::UnjoinedThread& thread) {
  const auto record = unjoined_.find(thread.birth);
  if (record == unjoined_.end()) return std::nullopt;
  return threads_.InspectUnjoined(record->second);
}

std::optional<explain::Finding> Inspectors::Inspect(const alive::LiveTask& task) {
  const auto record = task_records_.find(task.serial);
  if (record == task_records_.end()) return std::nullopt;
  return tasks_.Inspect(record->second);
}

std::optional<explain::Finding> Inspectors::Inspect(const platform::ChildProcess& child) {
  return threads_.InspectProcess(child.id);
}

std::vector<explain::Finding> Inspectors::FindUnverified() {
  // All that are known, also where none of them is looked at here.
  unverified_records_ = explain::ScanForCoroutines(explain::AllTasks());
  std::vector<explain::Finding> findings;
  for (const auto& [address, record] : unverified_records_)
    findings.push_back(unverified_.Inspect(record));
  return findings;
}

std::vector<explain::FoundDeadlock> Inspectors::FindTaskCircles(
    std::vector<explain::Finding>& findings) const {
  if (!explain::HasTaskCircle(task_records_)) return {};
  return explain::FindTaskCircles(findings, task_records_, explain::AllTasks());
}

ThreadLooks::ThreadLooks(const alive::Stragglers& stragglers) {
  if (platform::LooksAtItself()) return;
  std::vector<int> tids;
  for (const alive::Straggler& straggler : stragglers) {
    if (const auto* const thread = std::get_if<alive::LiveThread>(&straggler))
      tids.push_back(thread->id.tid);
  }
  std::vector<platform::ThreadLook> looks = platform::LookAtThreads(tids);
  for (std::size_t i = 0; i < tids.size(); ++i) taken_.emplace(tids[i], std::move(looks[i]));
}

platform::ThreadLook ThreadLooks::Take(const alive::LiveThread& thread) {
  const auto taken = taken_.find(thread.id.tid);
  if (taken != taken_.end()) return std::move(taken->second);
  return platform::LookAtThread(thread.id.tid, platform::Signals::kAllowed, registry::FindStack);
}

}  // namespace taskleak::check
