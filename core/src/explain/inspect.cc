#include "explain/inspect.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "explain/creation_frames.h"
#include "explain/signature.h"
#include "explain/stop_state.h"
#include "explain/wait_reader.h"
#include "explain/wait_state.h"
#include "linux/proc/children.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/child_birth.h"
#include "registry/last_job.h"
#include "registry/origin.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

using registry::ThreadRecord;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

milliseconds AgeOf(const platform::ThreadId& id) {
  if (platform::SubjectImage() != nullptr) return milliseconds(0);  // not known
  const std::uint64_t now = platform::TicksSinceBoot();
  return milliseconds(now < id.start_ticks ? 0 : platform::TicksToMs(now - id.start_ticks));
}

bool HasRunSince(const platform::ThreadLook& look, int tid) {
  return look.run != platform::RunCount() && platform::ReadRunCount(tid) != look.run;
}

// Returns whether the thread is where it was at the look, like one that wakes up now and then and
// waits for the same thing again.
bool WaitsAgain(const platform::ThreadLook& look, int tid) {
  constexpr int kMostLooks = 5;
  for (int i = 0; i < kMostLooks; ++i) {
    const auto at = platform::ReadBlockedAt(tid);
    if (at == look.at) return true;
    if (!at || !at->running) return false;
    std::this_thread::yield();
  }
  return false;
}

EndedThread LifeOf(const ThreadRecord& record) {
  EndedThread life{.ran = duration_cast<milliseconds>(record.end - record.born)};
  const platform::RawFrame start{
      .pc = record.routine, .is_return_address = false, .guessed = false};
  const symbolize::QuickFrame& routine = symbolize::Quick(start);
  if (!routine.runtime) life.routine = routine.function;
  return life;
}

}  // namespace

Inspector::Inspector(bool system_lines)
    : resolver_(system_lines),
      births_until_(registry::NextSerial()),
      births_are_missing_(registry::HasPendingBirths()),
      births_(registry::RunningThreads()),
      last_jobs_(registry::LastJobs()) {}

const symbolize::ResolvedStack& Inspector::CreationStack(const ThreadRecord& record) {
  return resolver_.Resolve(CreationFrames(std::span(record.created_by).first(record.depth)));
}

// Looks for the record of a thread. The thread may have been born since this look began. One that
// has only just been created makes its id known when it first runs.
const ThreadRecord* Inspector::BirthOf(int tid) {
  constexpr milliseconds kMostWait{1000};
  auto birth = births_.find(tid);
  if (birth == births_.end() && (births_are_missing_ || registry::NextSerial() != births_until_)) {
    births_until_ = registry::NextSerial();
    if (births_are_missing_) registry::AwaitPendingBirths(kMostWait);
    births_are_missing_ = false;  // wait once in a look
    births_ = registry::RunningThreads();
    birth = births_.find(tid);
  }
  return birth == births_.end() ? nullptr : &birth->second;
}

void Inspector::AddBirth(const ThreadRecord& record, Finding& finding) {
  finding.created_by = &CreationStack(record);
  if (record.detach_depth != 0) {
    finding.detached_by =
        &resolver_.Resolve(DetachFrames(std::span(record.detached_by).first(record.detach_depth)));
  }
  finding.stop_not_requested = StopRequested(*finding.stack, record.argument) == false;
  finding.unit.created_by = finding.created_by->stack;
  finding.unit.origin = registry::OriginName(record.origin);
  finding.origin_is_when = registry::IsDuring(record.origin);
  finding.unit.age = duration_cast<milliseconds>(ThreadRecord::Clock::now() - record.born);
}

Finding Inspector::InspectLive(const alive::LiveThread& thread, const platform::ThreadLook& look) {
  Finding finding;
  finding.stack = &resolver_.Resolve(look.stack.frames);
  finding.created_by = &resolver_.Resolve({});
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kThread;
  unit.id = thread.id.tid;
  unit.name = thread.name;
  finding.wait = ClassifyWait(look.at, *finding.stack);
  finding.position = look;
  if (const auto job = last_jobs_.find(thread.id.tid); job != last_jobs_.end())
    finding.last_job = job->second;
  finding.hold = ReadHold(finding.wait, look.at);
  unit.state = finding.wait.state;
  unit.waits_at = finding.hold ? finding.hold->address : WaitsAt(finding.wait, look.at);
  finding.detail.wait = waits_.Read(unit.state, look.at, finding.hold, thread.id.tid);
  // Memory may show what the thread has done since the look.
  if (finding.detail.wait.index() != 0 && HasRunSince(look, thread.id.tid) &&
      !WaitsAgain(look, thread.id.tid))
    finding.detail.wait = {};
  unit.stack = finding.stack->stack;
  finding.missing = look.stack.missing;
  unit.age = AgeOf(thread.id);
  if (const ThreadRecord* const birth = BirthOf(thread.id.tid)) AddBirth(*birth, finding);
  finding.signatures = signer_.Of(unit, *finding.stack, *finding.created_by);
  return finding;
}

Finding Inspector::InspectUnjoined(const ThreadRecord& record) {
  Finding finding;
  finding.stack = &resolver_.Resolve({});
  AddBirth(record, finding);
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kUnjoinedThread;
  unit.id = record.tid;
  unit.name = record.name.data();
  finding.detail.of_unit = LifeOf(record);
  finding.signatures = signer_.Of(unit, *finding.stack, *finding.created_by);
  return finding;
}

std::optional<Finding> Inspector::InspectProcess(const platform::ThreadId& child) {
  const auto stat = platform::ReadProcessStat(child.tid);
  if (!stat || stat->start_ticks != child.start_ticks || stat->state == 'X') return std::nullopt;
  Finding finding;
  finding.stack = &resolver_.Resolve({});
  const auto record = registry::FindChild(child);
  finding.created_by =
      &resolver_.Resolve(record ? ForkFrames(std::span(record->created_by).first(record->depth))
                                : std::vector<platform::RawFrame>());
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kProcess;
  unit.id = child.tid;
  unit.name = stat->name;
  unit.age = AgeOf(child);
  unit.created_by = finding.created_by->stack;
  if (record) unit.origin = registry::OriginName(record->origin);
  finding.origin_is_when = record && registry::IsDuring(record->origin);
  if (stat->ended()) {
    unit.state = WaitState::kEnded;
    finding.detail.of_unit = EndedProcess{stat->exit_status};
  } else {
    unit.state = stat->stopped() ? WaitState::kStopped : WaitState::kAlive;
    unit.command = platform::ReadCommandLine(child.tid);
    finding.detail.of_unit = RunningProcess{unit.command};
  }
  finding.signatures = signer_.Of(unit, *finding.stack, *finding.created_by);
  return finding;
}

Finding Inspector::InspectGoneTask(const alive::LiveTask& task) {
  Finding finding;
  finding.stack = &resolver_.Resolve({});
  finding.created_by = &resolver_.Resolve({});
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kTask;
  unit.id = static_cast<std::int64_t>(task.serial);
  unit.name = task.name;
  finding.missing = {platform::Missing::Reason::kEndedTooSoon};
  finding.signatures = signer_.Of(unit, *finding.stack, *finding.created_by);
  return finding;
}

std::string Inspector::NameOfEnded(int tid) const {
  for (const ThreadRecord& record : registry::FindUnjoined(0)) {
    if (record.tid == tid) return record.name.data();
  }
  return {};
}

}  // namespace taskleak::explain
