#include "check/inspect_task.h"

#include <unistd.h>

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "check/signature.h"
#include "check/wait_detail.h"
#include "check/wait_state.h"
#include "platform/thread_info.h"
#include "registry/origin.h"

namespace taskleak::check {
namespace {

using registry::TaskRecord;

std::vector<platform::RawFrame> CreationFrames(const TaskRecord& record) {
  std::vector<platform::RawFrame> frames;
  const auto add = [&frames](std::uintptr_t address) {
    frames.push_back({.pc = address, .is_return_address = true, .guessed = false});
  };
  if (record.created != nullptr) {
    for (std::size_t i = 0; i < record.created->depth; ++i) add(record.created->addresses[i]);
  } else if (record.site != 0) {
    add(record.site);
  }
  return frames;
}

std::string DescribeThread(int tid) {
  const auto stat = platform::ReadThreadStat(tid);
  return "in thread " + std::to_string(tid) + (stat ? " \"" + stat->name + '"' : std::string());
}

// The thread that runs the task. Nothing if it had left the task, or was about to, when it was
// looked at.
std::optional<platform::ThreadLook> LookAtRunner(const TaskRecord& record,
                                                 platform::Signals signals) {
  if (record.thread == 0 || record.thread == gettid()) return std::nullopt;
  platform::ThreadLook look = platform::LookAtThread(record.thread, signals);
  if (look.gone || !registry::IsStill(record)) return std::nullopt;
  return look;
}

}  // namespace

void TaskInspector::AddPlace(const TaskRecord& record, Finding* finding) {
  Unit& unit = finding->unit;
  unit.state = record.state;
  unit.detail = record.waiting;
  const auto look = LookAtRunner(record, signals_);
  finding->stack =
      &resolver_.Resolve(look ? look->stack.frames : std::vector<platform::RawFrame>());
  if (record.thread != 0) unit.detail = DescribeThread(record.thread);
  if (!look) return;
  unit.state = ClassifyWait(look->at, *finding->stack);
  const std::string wait = DescribeWait(unit.state, look->at);
  if (!wait.empty()) unit.detail += ", " + wait;
  unit.stack = finding->stack->stack;
  unit.stack_missing = look->stack.missing;
}

Finding TaskInspector::Inspect(const TaskRecord& record) {
  Finding finding;
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kTask;
  unit.id = static_cast<std::int64_t>(record.serial);
  unit.name = record.name;
  unit.parent = static_cast<std::int64_t>(record.parent);
  unit.origin = registry::OriginName(record.origin);
  unit.age = record.age;
  AddPlace(record, &finding);
  finding.created_by = &resolver_.Resolve(CreationFrames(record));
  unit.created_by = finding.created_by->stack;
  finding.signature = SignatureOf(finding);
  return finding;
}

std::string TaskInspector::SignatureOf(const Finding& finding) {
  if (finding.stack->stack.empty() && finding.created_by->stack.empty())
    return Signature(finding.unit, *finding.stack, *finding.created_by);
  const auto [known, is_new] = signatures_.try_emplace({finding.stack, finding.created_by});
  if (is_new) known->second = Signature(finding.unit, *finding.stack, *finding.created_by);
  return known->second;
}

TaskRecords RecordsOfTasks(const Stragglers& stragglers) {
  TaskRecords records;
  for (const Straggler& straggler : stragglers) {
    if (straggler.task != 0) records.try_emplace(straggler.task);
  }
  if (records.empty()) return records;
  registry::ForEachTask(0, [&records](const TaskRecord& record) {
    if (const auto found = records.find(record.serial); found != records.end())
      found->second = record;
  });
  std::erase_if(records, [](const auto& entry) { return entry.second.serial == 0; });
  return records;
}

}  // namespace taskleak::check
