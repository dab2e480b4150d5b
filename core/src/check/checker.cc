#include "check/checker.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "check/adopted.h"
#include "check/drain.h"
#include "check/effective_options.h"
#include "check/group.h"
#include "check/resolved_stack.h"
#include "check/signature.h"
#include "check/snapshot_data.h"
#include "check/wait_detail.h"
#include "check/wait_state.h"
#include "platform/stack_reader.h"
#include "platform/thread_info.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace check {
namespace {

using platform::ThreadId;
using platform::ThreadIds;

constexpr const char* kCannotList =
    "the threads of this process cannot be listed: /proc/self/task is not readable";

bool Contains(const std::shared_ptr<const ThreadIds>& ids, const ThreadId& id) {
  return ids != nullptr && std::binary_search(ids->begin(), ids->end(), id);
}

// Those of `now` that are not in `before`. The main thread never is: no test starts it, but after a
// fork it has another number.
ThreadIds NewThreads(const internal::SnapshotData* before, const ThreadIds& now) {
  ThreadIds fresh;
  if (before == nullptr) {
    fresh = now;
  } else if (before->threads.get() != &now) {
    std::set_difference(now.begin(), now.end(), before->threads->begin(), before->threads->end(),
                        std::back_inserter(fresh));
  }
  // Whoever started before the snapshot was alive then, even if a race hid it from the list.
  const std::uint64_t taken = before == nullptr ? 0 : before->taken_ticks;
  std::erase_if(fresh, [taken](const ThreadId& id) {
    return id.tid == getpid() || id.start_ticks + 1 < taken;
  });
  return fresh;
}

std::string ProgramName() {
  const auto stat = platform::ReadThreadStat(getpid());
  return stat ? stat->name : std::string();
}

std::int64_t AgeMs(const ThreadId& id) {
  const std::uint64_t now = platform::TicksSinceBoot();
  return now < id.start_ticks ? 0 : platform::TicksToMs(now - id.start_ticks);
}

// The innermost function that is not the runtime's; empty if none has a name.
std::string TopFunction(const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (!stack.stack[i].runtime && !stack.plain_names[i].empty()) return stack.plain_names[i];
  }
  return {};
}

Unit Describe(const Straggler& straggler, const platform::ThreadLook& look,
              const ResolvedStack& stack) {
  Unit unit;
  unit.kind = UnitKind::kThread;
  unit.id = straggler.id.tid;
  unit.name = straggler.name;
  unit.state = ClassifyWait(look.at, stack);
  unit.detail = DescribeWait(unit.state, look.at);
  unit.stack = stack.stack;
  unit.stack_missing = look.stack.missing;
  unit.age = std::chrono::milliseconds(AgeMs(straggler.id));
  return unit;
}

}  // namespace

Checker::Checker(const Options& options) : options_(WithEnvironment(options)), ignore_(options_) {}

// Those of `candidates` who are alive and not ignored by what is cheap to know.
Stragglers Checker::Alive(const ThreadIds& candidates) const {
  Stragglers alive;
  if (candidates.empty()) return alive;
  const auto adopted = Adopted();
  for (const ThreadId& id : candidates) {
    if (id.tid == gettid() || Contains(adopted, id) || ignore_.MatchesCurrent(id)) continue;
    auto stat = platform::ReadThreadStat(id.tid);
    if (!stat || stat->exiting || stat->start_ticks != id.start_ticks ||
        ignore_.MatchesName(stat->name))
      continue;
    alive.push_back({id, std::move(stat->name)});
  }
  return alive;
}

// The unit in full; nothing if a rule ignores it.
std::optional<Finding> Checker::Inspect(const Straggler& straggler,
                                        const platform::ThreadLook& look,
                                        StackResolver& resolver) const {
  const ResolvedStack& stack = resolver.Resolve(look.stack.frames);
  const ResolvedStack unknown_creator;
  Finding finding;
  finding.unit = Describe(straggler, look, stack);
  finding.signature = Signature(finding.unit, stack, unknown_creator);
  finding.top_function = TopFunction(stack);
  if (ignore_.MatchesUnit(finding.unit, stack, unknown_creator, finding.signature))
    return std::nullopt;
  return finding;
}

// During the drain: no signals, and no debug information unless a rule asks for it.
void Checker::DropIgnored(Stragglers& stragglers) const {
  StackResolver resolver(false);
  std::erase_if(stragglers, [&](const Straggler& straggler) {
    const platform::ThreadLook look =
        platform::LookAtThread(straggler.id.tid, platform::Signals::kNone);
    if (look.gone) return false;
    return ignore_.MatchesStack(look.stack.frames) ||
           (ignore_.NeedsUnits() && !Inspect(straggler, look, resolver));
  });
}

std::vector<LeakGroup> Checker::Report(const Stragglers& stragglers) const {
  StackResolver resolver(options_.verbose);
  std::vector<Finding> findings;
  for (const Straggler& straggler : stragglers) {
    const platform::ThreadLook look =
        platform::LookAtThread(straggler.id.tid, platform::Signals::kAllowed);
    if (look.gone || ignore_.MatchesStack(look.stack.frames)) continue;
    if (auto finding = Inspect(straggler, look, resolver)) findings.push_back(*std::move(finding));
  }
  return Group(std::move(findings), ProgramName());
}

LeakReport Checker::FindLeaks(const Snapshot& before) const {
  LeakReport report;
  if (options_.on_leak == OnLeak::kOff) return report;
  const auto look = [&] {
    const internal::SnapshotData* base = before.data().get();
    const auto now = platform::ListThreads();
    const bool could_look = now != nullptr && (base == nullptr || base->threads != nullptr);
    if (!could_look) report.could_not_look = kCannotList;
    return could_look ? Alive(NewThreads(base, *now)) : Stragglers();
  };
  const Drained drained = Drain(options_, look, [this](Stragglers& left) { DropIgnored(left); });
  report.waited = drained.waited;
  if (!drained.left.empty()) report.groups = Report(drained.left);
  return report;
}

LeakReport Checker::LookAtAll() const {
  LeakReport report;
  const auto now = platform::ListThreads();
  if (now == nullptr) {
    report.could_not_look = kCannotList;
  } else {
    report.groups = Report(Alive(*now));
  }
  return report;
}

}  // namespace check

LeakReport FindLeaks(const Snapshot& before, const Options& options) {
  return check::Checker(options).FindLeaks(before);
}

}  // namespace taskleak
