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
  // Passes all known tasks, even if none of them is looked at here.
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
  for (const alive::Straggler& straggler : stragglers) {
    if (const auto* const thread = std::get_if<alive::LiveThread>(&straggler))
      tids_.push_back(thread->id.tid);
  }
}

// A look gets old before its thread is described. So only a few are taken ahead, and at first only
// one: the first description takes long, because symbols are read for it.
void ThreadLooks::ReadAhead() {
  constexpr std::size_t kMost = 256;
  const std::size_t count = next_ == 0 ? 1 : std::min(kMost, tids_.size() - next_);
  const auto begin = tids_.begin() + static_cast<std::ptrdiff_t>(next_);
  ahead_ = platform::LookAtThreads({begin, begin + static_cast<std::ptrdiff_t>(count)});
  std::ranges::reverse(ahead_);
  next_ += count;
}

platform::ThreadLook ThreadLooks::Next(const alive::LiveThread& thread) {
  if (platform::LooksAtItself())
    return platform::LookAtThread(thread.id.tid, platform::Signals::kAllowed, registry::FindStack);
  if (ahead_.empty()) ReadAhead();
  platform::ThreadLook look = std::move(ahead_.back());
  ahead_.pop_back();
  return look;
}

}  // namespace taskleak::check
