#include "check/checker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "alive/background.h"
#include "alive/drain.h"
#include "alive/new_threads.h"
#include "alive/sure_look.h"
#include "alive/transit.h"
#include "check/frame_notes.h"
#include "explain/coroutine_frame.h"
#include "explain/group.h"
#include "explain/inspect.h"
#include "explain/inspect_task.h"
#include "explain/task_circle.h"
#include "explain/unverified.h"
#include "explain/wait_graph.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/clock.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/frame_log.h"
#include "registry/own_threads.h"
#include "registry/snapshot_data.h"
#include "registry/thread_birth.h"
#include "rules/effective_options.h"
#include "taskleak/internal/task_source.h"

namespace taskleak::check {
namespace {

using platform::ThreadId;
using platform::ThreadIds;

bool Contains(const std::shared_ptr<const ThreadIds>& ids, const ThreadId& id) {
  return ids != nullptr && std::binary_search(ids->begin(), ids->end(), id);
}

using Records = std::map<std::uint64_t, registry::ThreadRecord>;

// What is known of those that ended, by serial. Whoever was joined since is not among them.
Records UnjoinedRecords(const alive::Stragglers& stragglers) {
  Records records;
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const alive::Straggler& straggler : stragglers) {
    if (straggler.unjoined != 0) first = std::min(first, straggler.unjoined);
  }
  if (first == std::numeric_limits<std::uint64_t>::max()) return records;
  for (const registry::ThreadRecord& record : registry::FindUnjoined(first))
    records.emplace(record.serial, record);
  return records;
}

std::size_t PlaceOf(const registry::TaskRecord& task) {
  return std::hash<std::string>()(task.waiting) + std::hash<const char*>()(task.file) +
         static_cast<std::size_t>(task.line) + static_cast<std::size_t>(task.state) +
         std::hash<std::uintptr_t>()(task.awaits_at);
}

std::string ProgramName() {
  const auto stat = platform::ReadThreadStat(platform::SubjectPid());
  return stat ? stat->name : std::string();
}

// What a rule hides in one test is background from then on, or the suite would be blamed for it.
void AdoptHidden(const rules::SuppressionRound& round, const alive::Stragglers& stragglers) {
  alive::UnitIds hidden;
  for (const alive::Straggler& straggler : stragglers) {
    if (round.Hides(straggler.kind(), straggler.unit_id()))
      hidden.Add(straggler.kind(), straggler.unit_id());
  }
  alive::Adopt(hidden);
}

Options WithoutKnown() {
  Options options;
  options.report_known = {"all"};
  return options;
}

}  // namespace

Checker::Checker(const Options& options)
    : options_(rules::WithEnvironment(options)), ignore_(options_) {}

Checker::Checker(NoRules) : ignore_(WithoutKnown()), adopted_too_(true) {}

Checker Checker::WithoutRules() { return Checker(NoRules()); }

// Those of `candidates` who are alive and not ignored by what is cheap to know. Nothing, with errno
// set, if that cannot be told.
std::optional<alive::Stragglers> Checker::Alive(const ThreadIds& candidates) const {
  alive::Stragglers alive;
  if (candidates.empty()) return alive;
  const auto adopted = adopted_too_ ? nullptr : alive::BackgroundThreads();
  const std::set<int> own = registry::OwnThreads();
  for (const ThreadId& id : candidates) {
    if (id.tid == gettid() || own.contains(id.tid) || Contains(adopted, id) ||
        ignore_.MatchesCurrent(id))
      continue;
    auto stat = platform::ReadThreadStat(id.tid);
    if (!stat && !platform::UnreadableMeansEnded()) return std::nullopt;
    if (!stat || stat->exiting || stat->start_ticks != id.start_ticks ||
        ignore_.MatchesName(stat->name))
      continue;
    alive.push_back({.id = id, .name = std::move(stat->name)});
  }
  return alive;
}

// Those with serials from `first` on who ended, were not joined, and are not ignored by name.
alive::Stragglers Checker::Unjoined(std::uint64_t first) const {
  alive::Stragglers unjoined;
  if (!options_.hooks || registry::CountUnjoined() == 0) return unjoined;
  for (const registry::ThreadRecord& record : registry::FindUnjoined(first)) {
    if (ignore_.MatchesName(record.name.data())) continue;
    unjoined.push_back(
        {.id = {record.tid, 0}, .name = record.name.data(), .unjoined = record.serial});
  }
  return unjoined;
}

// Tasks of the epochs from `first` on that are not ignored by what is cheap to know.
alive::Stragglers Checker::Tasks(registry::Epoch first) const {
  internal::AskTaskSources();
  alive::Stragglers tasks;
  explain::FrameReader frames;
  const auto add = [&](registry::TaskRecord task) {
    if (task.frame.is_frame() && !frames.Complete(task)) return;
    std::string name = explain::NameOf(task);
    if (ignore_.MatchesCurrent(task.epoch) || ignore_.MatchesTaskName(name)) return;
    tasks.push_back({.name = std::move(name),
                     .task = task.serial,
                     .task_place = PlaceOf(task),
                     .runs_in = task.thread});
  };
  if (adopted_too_)
    registry::ForEveryTask(add);
  else
    registry::ForEachTask(first, add);
  std::ranges::sort(tasks, {}, &alive::Straggler::task);
  return tasks;
}

bool Checker::Ignores(const explain::Finding& finding) const {
  return ignore_.MatchesUnit(finding.view());
}

// During the drain: no signals, and no debug information unless a rule asks for it.
void Checker::DropIgnored(alive::Stragglers& stragglers, std::string_view test) const {
  std::optional<explain::Inspector> inspector;
  if (ignore_.NeedsUnits()) inspector.emplace(/*system_lines=*/false);
  rules::SuppressionRound round(ignore_.file_rules(), test);
  const auto ignores = [this, &round](const explain::Finding& finding) {
    if (Ignores(finding)) return true;
    round.Add(finding.view());
    return false;
  };
  const Records unjoined = UnjoinedRecords(stragglers);
  const explain::TaskRecords tasks =
      inspector ? explain::TasksFor(stragglers) : explain::TaskRecords();
  explain::TaskInspector task_inspector(tasks, /*system_lines=*/false, platform::Signals::kNone);
  std::erase_if(stragglers, [&](const alive::Straggler& straggler) {
    if (straggler.task != 0) {
      const auto task = tasks.find(straggler.task);
      return task != tasks.end() && ignores(task_inspector.Inspect(task->second));
    }
    if (straggler.unjoined != 0) {
      const auto record = unjoined.find(straggler.unjoined);
      return inspector && record != unjoined.end() &&
             ignores(inspector->InspectUnjoined(record->second));
    }
    const platform::ThreadLook look =
        platform::LookAtThread(straggler.id.tid, platform::Signals::kNone);
    if (look.gone) return false;
    return ignore_.MatchesThread({straggler.id.tid, straggler.name, look}) ||
           (inspector && ignores(inspector->InspectLive(straggler, look)));
  });
  AdoptHidden(round, stragglers);
  if (std::erase_if(stragglers, [&round](const alive::Straggler& each) {
        return round.Hides(each.kind(), each.unit_id());
      }) > 0)
    static_cast<void>(round.CountUse());
}

// The findings, and those others but the caller and the main thread that no rule ignores. Not
// exact if there are many: then there is somebody in any case.
std::size_t Checker::CountLiveThreads(const std::vector<explain::Finding>& findings) const {
  constexpr std::size_t kEnough = 16;
  std::set<std::int64_t> found;
  for (const explain::Finding& finding : findings) {
    if (finding.unit.kind == UnitKind::kThread) found.insert(finding.unit.id);
  }
  std::size_t others = 0;
  const std::set<int> own = registry::OwnThreads();
  const auto alive = platform::ListThreads();
  for (std::size_t i = 0; alive != nullptr && i < alive->size() && others < kEnough; ++i) {
    const int tid = (*alive)[i].tid;
    if (tid == gettid() || tid == platform::SubjectPid() || found.contains(tid) ||
        own.contains(tid))
      continue;
    const auto stat = platform::ReadThreadStat(tid);
    if (!stat || stat->exiting || ignore_.MatchesName(stat->name)) continue;
    const platform::ThreadLook look = platform::LookAtThread(tid, platform::Signals::kNone);
    if (!look.gone && !ignore_.MatchesThread({tid, stat->name, look})) ++others;
  }
  return found.size() + others;
}

// Looks closely at who is left. Returns those who have ended meanwhile, and may therefore have
// become somebody to be joined or have a successor, and those in transit.
alive::Stragglers Checker::Explain(const alive::Stragglers& stragglers, OfTheGone of_the_gone,
                                   Outcome& outcome, Search search) const {
  explain::Inspector inspector(options_.verbose);
  rules::SuppressionRound round(ignore_.file_rules(), outcome.test);
  std::vector<explain::Finding> findings;
  const auto add = [&](explain::Finding finding) {
    if (Ignores(finding)) return;
    round.Add(finding.view());
    findings.push_back(std::move(finding));
  };
  const Records unjoined = UnjoinedRecords(stragglers);
  const explain::TaskRecords tasks = explain::TasksFor(stragglers);
  explain::TaskInspector task_inspector(tasks, options_.verbose, platform::Signals::kAllowed);
  alive::Stragglers unsettled;
  std::set<int> hidden;  // why the kernel does not show where threads are
  for (const alive::Straggler& straggler : stragglers) {
    if (straggler.task != 0) {
      if (const auto task = tasks.find(straggler.task); task != tasks.end()) {
        add(task_inspector.Inspect(task->second));
      } else {
        unsettled.push_back(straggler);
        if (of_the_gone == OfTheGone::kReport) add(inspector.InspectGoneTask(straggler));
      }
      continue;
    }
    if (straggler.unjoined != 0) {
      if (const auto record = unjoined.find(straggler.unjoined); record != unjoined.end()) {
        add(inspector.InspectUnjoined(record->second));
      }
      continue;
    }
    platform::ThreadLook look =
        platform::LookAtThread(straggler.id.tid, platform::Signals::kAllowed, registry::FindStack);
    if (ignore_.MatchesThread({straggler.id.tid, straggler.name, look})) continue;
    if (look.gone || alive::IsInTransit(look)) unsettled.push_back(straggler);
    if (look.gone && of_the_gone == OfTheGone::kLeaveOut) continue;
    if (look.gone) look.stack.missing = {platform::Missing::Reason::kEndedTooSoon};
    if (look.hidden) hidden.insert(*look.hidden);
    add(inspector.InspectLive(straggler, look));
  }
  const explain::TaskRecords unverified =
      search == Search::kMemory ? explain::ScanForCoroutines(tasks) : explain::TaskRecords();
  explain::TaskInspector unverified_inspector(unverified, options_.verbose,
                                              platform::Signals::kAllowed);
  for (const auto& [address, record] : unverified) add(unverified_inspector.Inspect(record));
  AdoptHidden(round, stragglers);
  std::erase_if(findings, [&round](const explain::Finding& each) {
    return round.Hides(each.unit.kind, each.unit.id);
  });
  outcome.notes.clear();
  for (rules::SuppressionRemark& remark : round.CountUse())
    outcome.notes.emplace_back(std::move(remark));
  if (const std::uint64_t count = registry::CountUnrecorded(); count > 0)
    outcome.notes.emplace_back(UnrecordedBirths{count});
  for (const int error : hidden) outcome.notes.emplace_back(CopiedStacks{error});
  AddFrameNotes(outcome.notes);
  outcome.deadlocks = explain::FollowWaits(findings, inspector);
  if (explain::HasTaskCircle(tasks)) {
    std::ranges::move(explain::FindTaskCircles(findings, tasks, explain::TasksFor(stragglers)),
                      std::back_inserter(outcome.deadlocks));
  }
  const bool may_be_alone =
      std::any_of(findings.begin(), findings.end(),
                  [](const explain::Finding& f) { return f.unit.state == WaitState::kCondvar; });
  explain::Surroundings surroundings{.program_name = ProgramName()};
  if (may_be_alone) surroundings.live_threads = CountLiveThreads(findings);
  outcome.groups = explain::Group(std::move(findings), surroundings);
  return unsettled;
}

// Those who are left of what was born since the snapshot, by what is cheap to know.
alive::MarkedLook Checker::LookOnce(const internal::SnapshotData* base, Outcome& outcome) const {
  alive::MarkedLook look;
  alive::BirthMark& births = look.births;
  births.next_thread = registry::NextSerial();
  births.epoch = registry::BeginEpoch();
  // The living first: a thread that ends in between is then still found, as unjoined.
  births.listed = platform::ListThreads(&births.births);
  auto alive =
      births.listed == nullptr ? std::nullopt : Alive(alive::NewThreads(base, *births.listed));
  outcome.failure = alive ? std::nullopt : std::optional(errno);
  if (base != nullptr && base->threads == nullptr) outcome.failure = base->error;
  look.failed = outcome.failure.has_value();
  if (!look.failed) look.left = *std::move(alive);
  std::ranges::move(Unjoined(base == nullptr ? 0 : base->next_birth),
                    std::back_inserter(look.left));
  std::ranges::move(Tasks(base == nullptr ? 0 : base->next_epoch), std::back_inserter(look.left));
  return look;
}

Outcome Checker::FindLeaks(const Snapshot& before, std::string_view test) const {
  Outcome outcome;
  if (options_.on_leak == OnLeak::kOff) return outcome;
  const internal::SnapshotData* const base = before.data().get();
  const alive::BirthMark mark = base == nullptr ? alive::BirthMark() : alive::MarkOf(*base);
  // By reference, here and below, since a copy would need memory.
  const auto look_once = [&] { return LookOnce(base, outcome); };
  const auto look = [&] { return alive::LookUntilSure(std::cref(look_once), mark); };
  const auto drop = [this, test](alive::Stragglers& left) { DropIgnored(left, test); };
  alive::Drained drained = alive::Drain(options_, std::cref(look), std::cref(drop));
  outcome.waited = drained.waited;
  if (drained.left.empty()) return outcome;
  outcome.test = test;
  ExplainWhatStays(std::move(drained.left), std::cref(look), outcome);
  return outcome;
}

// Looks closely, and once more if something was about to change. Where threads start successors and
// end, each look may find another one, and it may be gone before it is read: that needs more looks,
// and in the end one without stacks.
void Checker::ExplainWhatStays(alive::Stragglers left,
                               const std::function<alive::Stragglers()>& look,
                               Outcome& outcome) const {
  constexpr int kMostLooks = 20;
  const std::chrono::milliseconds none(0);
  for (int looks = 1;; ++looks) {
    const bool last = looks == kMostLooks;
    const alive::Stragglers unsettled =
        Explain(left, last ? OfTheGone::kReport : OfTheGone::kLeaveOut, outcome);
    const bool again = looks == 1 || outcome.groups.empty();
    if (unsettled.empty() || last || !again) return;
    const auto begun = platform::Clock::now();
    alive::AwaitTransit(unsettled, options_.drain == none
                                       ? none
                                       : std::max(options_.drain_max - outcome.waited, none));
    outcome.waited +=
        std::chrono::duration_cast<std::chrono::milliseconds>(platform::Clock::now() - begun);
    left = look();
  }
}

Outcome Checker::LookAtAll() const {
  registry::FollowFrames();
  Outcome outcome;
  const auto now = platform::ListThreads();
  auto alive = now == nullptr ? std::nullopt : Alive(*now);
  if (!alive) {
    outcome.failure = errno;
    return outcome;
  }
  if (adopted_too_) std::ranges::move(Unjoined(0), std::back_inserter(*alive));
  std::ranges::move(Tasks(0), std::back_inserter(*alive));
  // A hang and another process are looked at for information, and not for a verdict.
  Explain(*alive, OfTheGone::kLeaveOut, outcome, adopted_too_ ? Search::kNothing : Search::kMemory);
  return outcome;
}

}  // namespace taskleak::check
