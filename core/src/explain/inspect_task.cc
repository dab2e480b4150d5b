#include "explain/inspect_task.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "explain/coroutine_frame.h"
#include "explain/creation_frames.h"
#include "explain/fiber_wait.h"
#include "explain/signature.h"
#include "explain/wait_reader.h"
#include "explain/wait_state.h"
#include "linux/arch/store_order.h"
#include "linux/proc/memory.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/origin.h"
#include "registry/switch_layout.h"
#include "symbolize/function_name.h"
#include "symbolize/own_code.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

using registry::TaskRecord;

platform::RawFrame FrameOf(const TaskRecord& coroutine) {
  const std::uintptr_t pc = coroutine.awaits_at != 0 ? coroutine.awaits_at : coroutine.code;
  return {.pc = pc, .is_return_address = false, .guessed = false};
}

// Returns the line of a suspension. GCC 16 gives all code that records one the line of the closing
// brace. In that case, returns the line of the statement that contains the code.
int LineOfAwait(const TaskRecord& record, const std::string& name, int line) {
  if (record.other_suspension == 0 || record.awaits_at == 0) return line;
  if (FrameOfCoroutine(record.other_suspension, name).line != line) return line;
  const int first = FrameOfCoroutine(record.code, name).line + 1;
  return symbolize::LineOfStatement(record.awaits_at, first, line).value_or(line);
}

// Reads a literal of a module that may have been unloaded.
std::string ReadLiteral(const char* text) {
  std::array<char, 512> copy{};
  const std::size_t size =
      platform::ReadMemory(reinterpret_cast<std::uintptr_t>(text), copy.data(), copy.size() - 1);
  copy[size] = 0;
  return copy.data();
}

Runner ReadRunner(int tid) {
  const auto stat = platform::ReadThreadStat(tid);
  return {tid, stat ? stat->name : std::string()};
}

// Looks at the thread that runs the task. Returns nothing if the thread had left the task, or was
// about to.
std::optional<platform::ThreadLook> LookAtRunner(const TaskRecord& record,
                                                 platform::Signals signals) {
  if (record.thread == 0 || platform::IsCaller(record.thread)) return std::nullopt;
  platform::ThreadLook look = platform::LookAtThread(record.thread, signals);
  if (look.gone || !registry::IsStill(record)) return std::nullopt;
  return look;
}

// Reads the stack of a parked fiber. A fiber records it before it goes on. If it has not done so
// once its stack was read, the stack is that of one moment.
platform::RawStack ReadFiber(const TaskRecord& record) {
  using Reason = platform::Missing::Reason;
  const std::optional<internal::SwitchLayout> layout = registry::GetSwitchLayout();
  if (!layout) return {{}, {Reason::kLayoutNotProbed}};
  if (layout->unknown_because != nullptr)
    return {{}, {.reason = Reason::kUnknownLayout, .text = layout->unknown_because}};
  const auto sp = platform::ReadValue<std::uintptr_t>(record.saved_sp);
  platform::SeeEarlierStores();  // a stack pointer that was just stored needs the stack below it
  platform::RawStack stack;
  if (sp && *sp != 0) stack = platform::ReadParkedStack(*sp, *layout);
  if (sp && *sp != 0 && registry::IsStill(record)) return stack;
  return {{}, {Reason::kWentOn}};
}

}  // namespace

// Returns the coroutine's function, with the line where it awaits, if it does.
Frame TaskInspector::AwaitingFrame(const TaskRecord& record) {
  const std::string name = NameOf(record);
  Frame frame = FrameOfCoroutine(FrameOf(record).pc, name);
  frame.line = LineOfAwait(record, name, frame.line);
  frame.inlined = false;
  frame.function = record.frame.is_frame() ? name : symbolize::SpelledName(frame.function);
  if (record.file != nullptr) {
    // The debug information has the same file in the form that reports show.
    const std::string file = ReadLiteral(record.file);
    if (frame.file.empty() || !file.ends_with(frame.file)) frame.file = file;
    frame.line = record.line;
  }
  return frame;
}

// Returns where the coroutine awaits, where its awaiter awaits, and so on. For an operation,
// returns where the coroutine awaits that began it.
const symbolize::ResolvedStack& TaskInspector::AsyncStack(const TaskRecord& record) {
  constexpr std::size_t kMostFrames = 64;
  std::vector<AwaitPlace> places;
  std::vector<const TaskRecord*> chain;
  for (const TaskRecord* each = record.code != 0 ? &record : Awaiter(record);
       each != nullptr && chain.size() < kMostFrames; each = Awaiter(*each)) {
    if (std::ranges::find(chain, each->serial, &TaskRecord::serial) != chain.end())
      break;  // they await each other
    chain.push_back(each);
    places.emplace_back(FrameOf(*each).pc, each->file, each->line);
  }
  const auto [entry, is_new] = async_stacks_.try_emplace(std::move(places));
  if (is_new) {
    std::vector<Frame> frames;
    for (const TaskRecord* each : chain) {
      frames.push_back(AwaitingFrame(*each));
      entry->second.plain_names.push_back(symbolize::PlainName(frames.back().function));
    }
    entry->second.stack = Stack(std::move(frames));
  }
  return entry->second;
}

void TaskInspector::AddParkedPlace(const TaskRecord& record, Finding* finding) {
  Unit& unit = finding->unit;
  const platform::RawStack parked = ReadFiber(record);
  finding->stack = &resolver_.Resolve(parked.frames);
  finding->missing = parked.missing;
  if (record.state == WaitState::kQueued && parked.missing.nothing()) {
    // A fiber has no frame of its own before it first runs.
    if (!symbolize::TopFrame(*finding->stack)) {
      finding->stack = &resolver_.Resolve({});
      return;
    }
    unit.state = WaitState::kSuspended;
    finding->detail.of_unit = ReadyToRun();
  } else if (record.state == WaitState::kSuspended) {
    unit.state = ClassifyFiberWait(*finding->stack);
  }
  unit.stack = finding->stack->stack;
}

// Returns the coroutine that goes on after this one; null if there is none.
const TaskRecord* TaskInspector::Awaiter(const TaskRecord& record) const {
  const auto found = tasks_.find(record.awaited_by);
  return found == tasks_.end() || found->second.code == 0 ? nullptr : &found->second;
}

void TaskInspector::AddPlace(const TaskRecord& record, Finding* finding) {
  Unit& unit = finding->unit;
  unit.state = record.state;
  Detail& detail = finding->detail;
  if (!record.waiting.empty()) detail.of_unit = SaidWait{record.waiting};
  if (record.saved_sp != 0 && record.thread == 0) return AddParkedPlace(record, finding);
  if (record.descriptor >= 0 && record.thread == 0)
    detail.wait = DescriptorWait{.on = ReadDescriptor({record.descriptor})};
  if ((record.code != 0 || record.awaited_by != 0) && record.thread == 0) {
    finding->stack = &AsyncStack(record);
    unit.stack = finding->stack->stack;
    if (record.code != 0 && record.state == WaitState::kOther) detail = {FrameLeft(), {}};
    if (record.unverified) detail = {Unverified{record.state == WaitState::kOther}, {}};
    return;
  }
  const auto look = LookAtRunner(record, signals_);
  finding->stack =
      &resolver_.Resolve(look ? look->stack.frames : std::vector<platform::RawFrame>());
  if (record.thread != 0) detail.of_unit = ReadRunner(record.thread);
  if (!look) return;
  const Wait where = ClassifyWait(look->at, *finding->stack);
  unit.state = where.state;
  detail.wait = waits_.Read(where.state, look->at, ReadHold(where, look->at), record.thread);
  unit.stack = finding->stack->stack;
  finding->missing = look->stack.missing;
}

Finding TaskInspector::Inspect(TaskRecord record) {
  if (record.resume != 0) {
    record.thread = runners_.ThreadOf(record);
    if (record.thread != 0) record.state = WaitState::kRunning;
  }
  Finding finding;
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kTask;
  unit.id = static_cast<std::int64_t>(record.serial);
  unit.name = NameOf(record);
  unit.parent = static_cast<std::int64_t>(record.parent);
  unit.origin = registry::OriginName(record.origin);
  finding.origin_is_when = registry::IsDuring(record.origin);
  unit.age = record.age;
  finding.is_fiber = record.saved_sp != 0;
  AddPlace(record, &finding);
  finding.created_by = &creators_.Of(record);
  if (record.hint != nullptr && record.thread == 0) finding.hint = ReadLiteral(record.hint);
  unit.created_by = finding.created_by->stack;
  finding.signatures = signer_.Of(unit, *finding.stack, *finding.created_by);
  return finding;
}

TaskRecords TasksFor(const alive::Stragglers& stragglers) {
  const bool any = std::ranges::any_of(stragglers, [](const alive::Straggler& straggler) {
    return std::holds_alternative<alive::LiveTask>(straggler);
  });
  return any ? AllTasks() : TaskRecords();
}

TaskRecords AllTasks() {
  TaskRecords records;
  FrameReader frames;
  registry::ForEveryTask([&](TaskRecord record) {
    if (!record.frame.is_frame() || frames.Complete(record))
      records.try_emplace(record.serial, std::move(record));
  });
  LinkAwaiters(frames, records);
  return records;
}

std::string NameOf(const TaskRecord& record) {
  if (!record.name.empty() || record.code == 0) return record.name;
  return symbolize::Quick({.pc = record.code, .is_return_address = false, .guessed = false})
      .plain_name;
}

}  // namespace taskleak::explain
