#include "check/checker.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "alive/background.h"
#include "alive/descent.h"
#include "alive/drain.h"
#include "alive/ignored_stragglers.h"
#include "alive/sure_look.h"
#include "alive/transit.h"
#include "base/overloaded.h"
#include "check/frame_notes.h"
#include "explain/group.h"
#include "explain/inspect.h"
#include "explain/wait_graph.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/clock.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/own_threads.h"
#include "registry/snapshot_data.h"
#include "registry/thread_birth.h"
#include "rules/effective_options.h"

namespace taskleak::check {
namespace {

std::string ProgramName() {
  const auto stat = platform::ReadThreadStat(platform::SubjectPid());
  return stat ? stat->name : std::string();
}

// Adopts what a rule hides in one test; otherwise the suite would be blamed for it.
void AdoptHidden(const rules::SuppressionRound& round, const alive::Stragglers& stragglers) {
  alive::UnitIds hidden;
  for (const alive::Straggler& straggler : stragglers) {
    const alive::UnitKey unit = KeyOf(straggler);
    if (round.Hides(unit.kind, unit.id)) hidden.Add(unit.kind, unit.id);
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

// Returns whether a rule ignores the finding by itself; otherwise adds it to `round`.
bool Checker::Ignores(const explain::Finding& finding, rules::SuppressionRound& round) const {
  if (ignore_.MatchesUnit(finding.view())) return true;
  round.Add(finding.view());
  return false;
}

// Runs during the drain, so it sends no signals, and reads debug information only if a rule needs
// it.
void Checker::DropIgnored(alive::Stragglers& stragglers, Sieve& sieve) const {
  std::optional<Inspectors> inspectors;
  if (ignore_.NeedsUnits())
    inspectors.emplace(stragglers, /*system_lines=*/false, platform::Signals::kNone);
  rules::SuppressionRound round(ignore_.file_rules(), sieve.test, sieve.hidden);
  const Overloaded ignores{
      [&](const alive::LiveThread& thread) {
        const auto look = platform::LookAtThread(thread.id.tid, platform::Signals::kNone);
        if (look.gone) return false;
        if (ignore_.MatchesThread({thread.id.tid, thread.name, look})) return true;
        return inspectors && Ignores(inspectors->threads().InspectLive(thread, look), round);
      },
      [&](const auto& recorded) {
        const auto finding = inspectors ? inspectors->Inspect(recorded) : std::nullopt;
        return finding && Ignores(*finding, round);
      }};
  std::erase_if(stragglers, [&ignores](const alive::Straggler& straggler) {
    return std::visit(ignores, straggler);
  });
  AdoptHidden(round, stragglers);
  if (std::erase_if(stragglers, [&round](const alive::Straggler& straggler) {
        const alive::UnitKey unit = KeyOf(straggler);
        return round.Hides(unit.kind, unit.id);
      }) > 0)
    static_cast<void>(round.CountUse());
}

// Returns the number of threads in the findings and of other threads that no rule ignores, without
// the caller and the main thread. Stops counting once the number cannot matter any more.
std::size_t Checker::CountLiveThreads(const std::vector<explain::Finding>& findings) const {
  constexpr std::size_t kEnough = 16;
  std::set<std::int64_t> found;
  for (const explain::Finding& finding : findings) {
    if (finding.unit.kind == UnitKind::kThread) found.insert(finding.unit.id);
  }
  std::size_t others = 0;
  const std::set<int> own = registry::OwnThreads();
  const auto alive = platform::ListThreads();
  for (std::size_t i = 0; alive && i < (*alive)->size() && others < kEnough; ++i) {
    const int tid = (**alive)[i].tid;
    if (platform::IsCaller(tid) || tid == platform::SubjectPid() || found.contains(tid) ||
        own.contains(tid))
      continue;
    const auto stat = platform::ReadThreadStat(tid);
    if (!stat || stat->exiting || ignore_.MatchesName(stat->name)) continue;
    const platform::ThreadLook look = platform::LookAtThread(tid, platform::Signals::kNone);
    if (!look.gone && !ignore_.MatchesThread({tid, stat->name, look})) ++others;
  }
  return found.size() + others;
}

// Returns nothing if a rule ignores the thread.
std::optional<explain::Finding> Checker::ExplainThread(const alive::LiveThread& thread,
                                                       ThreadLooks& looks, OfTheGone of_the_gone,
                                                       CloseLook& close) const {
  auto look = looks.Next(thread);
  if (ignore_.MatchesThread({thread.id.tid, thread.name, look})) return std::nullopt;
  if (look.gone || alive::IsInTransit(look)) close.unsettled.emplace_back(thread);
  if (look.gone && of_the_gone == OfTheGone::kLeaveOut) return std::nullopt;
  if (look.gone) look.stack.missing = {platform::Missing::Reason::kEndedTooSoon};
  if (look.hidden) close.hidden.insert(*look.hidden);
  return close.inspectors->threads().InspectLive(thread, look);
}

// Looks closely at all stragglers except threads that rules on threads ignore.
CloseLook Checker::Explain(const alive::Stragglers& stragglers, OfTheGone of_the_gone,
                           Search search) const {
  CloseLook close{.inspectors = std::make_unique<Inspectors>(stragglers, options_.verbose,
                                                             platform::Signals::kAllowed)};
  close.findings.reserve(stragglers.size());
  ThreadLooks looks(stragglers);
  const Overloaded inspect{
      [&](const alive::LiveThread& thread) {
        return ExplainThread(thread, looks, of_the_gone, close);
      },
      [&](const alive::LiveTask& task) {
        auto finding = close.inspectors->Inspect(task);
        if (finding) return finding;
        close.unsettled.emplace_back(task);
        if (of_the_gone == OfTheGone::kReport)
          finding = close.inspectors->threads().InspectGoneTask(task);
        return finding;
      },
      [&](const auto& recorded) { return close.inspectors->Inspect(recorded); }};
  for (const alive::Straggler& straggler : stragglers) {
    if (auto finding = std::visit(inspect, straggler))
      close.findings.push_back(*std::move(finding));
  }
  if (search == Search::kMemory)
    std::ranges::move(close.inspectors->FindUnverified(), std::back_inserter(close.findings));
  return close;
}

// Removes findings that rules on whole units ignore, or that rules of suppression files hide.
CloseLook Checker::Sift(CloseLook close, const alive::Stragglers& stragglers, Sieve& sieve) const {
  rules::SuppressionRound round(ignore_.file_rules(), sieve.test, sieve.hidden);
  std::erase_if(close.findings,
                [&](const explain::Finding& finding) { return Ignores(finding, round); });
  AdoptHidden(round, stragglers);
  std::erase_if(close.findings, [&round](const explain::Finding& each) {
    return round.Hides(each.unit.kind, each.unit.id);
  });
  close.remarks = round.CountUse();
  return close;
}

// Finds out which findings belong together, and which wait for each other.
Outcome Checker::Group(CloseLook close) const {
  Outcome outcome;
  for (rules::SuppressionRemark& remark : close.remarks)
    outcome.notes.emplace_back(std::move(remark));
  if (const std::uint64_t count = registry::CountUnrecorded(); count > 0)
    outcome.notes.emplace_back(UnrecordedBirths{count});
  for (const int error : close.hidden) outcome.notes.emplace_back(CopiedStacks{error});
  AddFrameNotes(outcome.notes);
  outcome.deadlocks = explain::FollowWaits(close.findings, close.inspectors->threads());
  std::ranges::move(close.inspectors->FindTaskCircles(close.findings),
                    std::back_inserter(outcome.deadlocks));
  const bool may_be_alone =
      std::any_of(close.findings.begin(), close.findings.end(),
                  [](const explain::Finding& f) { return f.unit.state == WaitState::kCondvar; });
  explain::Surroundings surroundings{.program_name = ProgramName()};
  if (may_be_alone) surroundings.live_threads = CountLiveThreads(close.findings);
  outcome.groups = explain::Group(std::move(close.findings), surroundings);
  return outcome;
}

// Looks, drains, explains, sifts and groups.
Outcome Checker::FindLeaks(const Snapshot& before, std::string_view test,
                           registry::Origin scope) const {
  if (options_.on_leak == OnLeak::kOff) return {};
  const internal::SnapshotData* const base = before.data().get();
  const alive::BirthMark mark = base == nullptr ? alive::BirthMark() : alive::MarkOf(*base);
  std::optional<Error> failure;
  alive::BirthMark last_look;
  Sieve sieve{.test = test};
  // By reference, here and below, since a copy would need memory.
  const auto look_once = [&] {
    alive::MarkedLook look = lister().ListSince(base, scope);
    sieve.ignored.LeaveOut(look.left);
    failure = look.failure;
    last_look = look.births;
    return look;
  };
  const auto look = [&] { return alive::LookUntilSure(std::cref(look_once), mark); };
  const auto drop = [&](alive::Stragglers& left) {
    sieve.ignored.Drop(left, [&](alive::Stragglers& all) { DropIgnored(all, sieve); });
  };
  alive::Drained drained = alive::Drain(options_, std::cref(look), std::cref(drop));
  Outcome outcome;
  if (!drained.left.empty()) {
    outcome = Group(ExplainWhatStays(drained, std::cref(look), sieve));
    outcome.test = test;
    outcome.last_look = std::move(last_look);
    const alive::Heirs heirs = options_.verbose ? alive::CountHeirsOfBackground() : alive::Heirs();
    if (heirs.threads + heirs.tasks > 0) outcome.notes.emplace_back(heirs);
  }
  if (failure) outcome.test = test;
  outcome.waited = drained.waited;
  outcome.failure = failure;
  outcome.still = drained.still;
  return outcome;
}

// Looks closely, and once more if something was about to change. If threads start successors and
// end, each look may find another thread, which may be gone before it is read. That needs more
// looks, and in the end one without stacks. A look that found only ignored units may have missed
// their successors, so it is not the last one either.
CloseLook Checker::ExplainWhatStays(alive::Drained& drained,
                                    const std::function<alive::Stragglers()>& look,
                                    Sieve& sieve) const {
  constexpr int kMostLooks = 20;
  const std::chrono::milliseconds none(0);
  for (int looks = 1;; ++looks) {
    const bool last = looks == kMostLooks;
    CloseLook close = Sift(Explain(drained.left, last ? OfTheGone::kReport : OfTheGone::kLeaveOut),
                           drained.left, sieve);
    const bool nothing = close.findings.empty();
    const bool again = nothing || (looks == 1 && !close.unsettled.empty());
    if (last || !again || drained.left.empty()) return close;
    if (nothing) sieve.ignored.AddWithout(drained.left, close.unsettled);
    const auto begun = platform::Clock::now();
    alive::AwaitTransit(
        close.unsettled,
        options_.drain == none ? none : std::max(options_.drain_max - drained.waited, none),
        options_.stillness);
    drained.waited +=
        std::chrono::duration_cast<std::chrono::milliseconds>(platform::Clock::now() - begun);
    drained.left = look();
  }
}

Outcome Checker::LookAtAll() const {
  const auto all = lister().ListAll();
  if (!all) {
    Outcome outcome;
    outcome.failure = all.error();
    return outcome;
  }
  // A hang and another process are looked at for information, and not for a verdict.
  const Search search = adopted_too_ ? Search::kNothing : Search::kMemory;
  Sieve sieve;
  return Group(Sift(Explain(*all, OfTheGone::kLeaveOut, search), *all, sieve));
}

Outcome Checker::FindUnverifiedCoroutines() const {
  Sieve sieve;
  return Group(Sift(Explain({}, OfTheGone::kLeaveOut, Search::kMemory), {}, sieve));
}

}  // namespace taskleak::check
