#include "check/inspect.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "check/signature.h"
#include "check/wait_detail.h"
#include "check/wait_state.h"
#include "platform/thread_info.h"
#include "registry/origin.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {
namespace {

using registry::ThreadRecord;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

milliseconds AgeOf(const platform::ThreadId& id) {
  const std::uint64_t now = platform::TicksSinceBoot();
  return milliseconds(now < id.start_ticks ? 0 : platform::TicksToMs(now - id.start_ticks));
}

// The creation stack without the hooks' own frames, which are the innermost ones up to the function
// that stands before libc's.
std::vector<platform::RawFrame> CreationFrames(const ThreadRecord& record) {
  std::vector<platform::RawFrame> frames;
  for (std::size_t i = 0; i < record.depth; ++i) {
    frames.push_back({.pc = record.created_by[i], .is_return_address = true, .guessed = false});
  }
  constexpr std::ptrdiff_t kMostHookFrames = 4;
  std::ptrdiff_t hooks = 0;
  for (std::ptrdiff_t i = 0; i < std::min(kMostHookFrames, std::ssize(frames)); ++i) {
    const std::string_view name = symbolize::Quick(frames[static_cast<std::size_t>(i)]).plain_name;
    if (name == "pthread_create" || name == "thrd_create") hooks = i + 1;
  }
  frames.erase(frames.begin(), frames.begin() + hooks);
  return frames;
}

std::string Milliseconds(ThreadRecord::Clock::duration duration) {
  return std::to_string(duration_cast<milliseconds>(duration).count()) + " ms";
}

// How long it ran, and its start routine where that is not the C++ runtime's.
std::string DescribeEnd(const ThreadRecord& record) {
  std::string text = "ran for " + Milliseconds(record.end - record.born);
  const symbolize::QuickFrame& routine =
      symbolize::Quick({.pc = record.routine, .is_return_address = false, .guessed = false});
  if (!routine.runtime && !routine.function.empty()) text += ", started in " + routine.function;
  return text;
}

}  // namespace

std::string TopFunction(const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (!stack.stack[i].runtime && !stack.plain_names[i].empty()) return stack.plain_names[i];
  }
  return {};
}

Inspector::Inspector(bool system_lines)
    : resolver_(system_lines), births_(registry::RunningThreads()) {}

const ResolvedStack& Inspector::CreationStack(const ThreadRecord& record) {
  return resolver_.Resolve(CreationFrames(record));
}

Finding Inspector::InspectLive(const Straggler& straggler, const platform::ThreadLook& look) {
  Finding finding;
  finding.stack = &resolver_.Resolve(look.stack.frames);
  finding.created_by = &resolver_.Resolve({});
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kThread;
  unit.id = straggler.id.tid;
  unit.name = straggler.name;
  unit.state = ClassifyWait(look.at, *finding.stack);
  unit.detail = DescribeWait(unit.state, look.at);
  unit.stack = finding.stack->stack;
  unit.stack_missing = look.stack.missing;
  unit.age = AgeOf(straggler.id);
  if (const auto birth = births_.find(straggler.id.tid); birth != births_.end()) {
    finding.created_by = &CreationStack(birth->second);
    unit.created_by = finding.created_by->stack;
    unit.origin = registry::OriginName(birth->second.origin);
    unit.age = duration_cast<milliseconds>(ThreadRecord::Clock::now() - birth->second.born);
  }
  finding.signature = Signature(unit, *finding.stack, *finding.created_by);
  return finding;
}

Finding Inspector::InspectUnjoined(const ThreadRecord& record) {
  Finding finding;
  finding.stack = &resolver_.Resolve({});
  finding.created_by = &CreationStack(record);
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kUnjoinedThread;
  unit.id = record.tid;
  unit.name = record.name.data();
  unit.detail = DescribeEnd(record);
  unit.created_by = finding.created_by->stack;
  unit.origin = registry::OriginName(record.origin);
  unit.age = duration_cast<milliseconds>(ThreadRecord::Clock::now() - record.born);
  finding.signature = Signature(unit, *finding.stack, *finding.created_by);
  return finding;
}

}  // namespace taskleak::check
