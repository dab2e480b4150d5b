#include "check/descriptor_check.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "alive/stillness.h"
#include "explain/group.h"
#include "linux/proc/clock.h"
#include "linux/proc/descriptor.h"
#include "rules/suppression_round.h"
#include "symbolize/resolved_stack.h"

namespace taskleak::check {
namespace {

using platform::Clock;
using platform::OpenDescriptor;
using std::chrono::milliseconds;

constexpr Clock::duration kLongestPause = milliseconds(20);

// All checks of the process.
struct Checks {
  Mutex mutex;
  std::set<DescriptorCheck*> all TASKLEAK_GUARDED_BY(mutex);
};

Checks& TheChecks() {
  static Checks* const checks = new Checks();
  return *checks;
}

bool Contains(const alive::Descriptors& all, const OpenDescriptor& one) {
  return std::ranges::find(all, one) != all.end();
}

explain::LeftOpen Facts(const alive::RepeatedDescriptor& repeated) {
  constexpr std::size_t kMostNamed = 3;  // the latest
  const std::size_t count = repeated.earlier.size();
  explain::LeftOpen facts{
      .file = platform::ReadOpenFile({repeated.risen.descriptor.number}), .earlier = {}, .more = 0};
  facts.more = count - std::min(count, kMostNamed);
  for (std::size_t i = facts.more; i < count; ++i) {
    const alive::RisenDescriptor& earlier = repeated.earlier[i];
    facts.earlier.push_back({earlier.descriptor.number, earlier.test});
  }
  return facts;
}

explain::Finding Describe(const alive::RepeatedDescriptor& repeated) {
  static const symbolize::ResolvedStack* const none = new symbolize::ResolvedStack();
  explain::Finding finding;
  finding.stack = none;
  finding.created_by = none;
  Unit& unit = finding.unit;
  unit.kind = UnitKind::kDescriptor;
  unit.state = WaitState::kOpen;
  unit.id = repeated.risen.descriptor.number;
  unit.origin = repeated.risen.test;
  unit.name = repeated.risen.kind.pattern;  // the same in every run, and so is the signature
  if (const auto protocol = repeated.risen.kind.socket)
    unit.name.append(" ").append(platform::NameOf(*protocol));
  finding.signatures = explain::Sign(unit, *none, *none);
  unit.name = repeated.risen.descriptor.target;
  finding.detail.of_unit = Facts(repeated);
  return finding;
}

// Returns whether the pattern can be a line of a suppression file, which contains no line breaks.
bool CanBeLine(std::string_view pattern) { return pattern.find('\n') == pattern.npos; }

// Makes one group for each kind. Sockets of different protocols have the same pattern, so no rule
// with that pattern is suggested for them.
std::vector<explain::FoundGroup> Group(DescriptorCheck::Leaks leaks) {
  std::map<alive::DescriptorKind, explain::FoundGroup> by_kind;
  std::map<std::string, int> kinds;  // how many have the same pattern
  for (DescriptorCheck::Leak& leak : leaks) {
    auto [at, is_new] = by_kind.try_emplace(leak.kind);
    explain::FoundGroup& group = at->second;
    if (is_new) ++kinds[leak.kind.pattern];
    group.signature = leak.finding.signatures.now;
    group.hint.kind = explain::Hint::Kind::kNotClosed;
    group.units.push_back(std::move(leak.finding));
  }
  std::vector<explain::FoundGroup> groups;
  for (auto& [kind, group] : by_kind) {
    if (kinds[kind.pattern] == 1 && CanBeLine(kind.pattern))
      group.ignore.push_back("descriptor:" + kind.pattern);
    group.ignore.push_back("signature:" + group.signature);
    groups.push_back(std::move(group));
  }
  std::ranges::stable_sort(groups, std::ranges::greater(),
                           [](const explain::FoundGroup& group) { return group.units.size(); });
  return groups;
}

}  // namespace

DescriptorCheck::DescriptorCheck(const Checker& checker) : checker_(checker) {
  Checks& checks = TheChecks();
  const MutexLock lock(checks.mutex);
  checks.all.insert(this);
}

DescriptorCheck::~DescriptorCheck() {
  Checks& checks = TheChecks();
  const MutexLock lock(checks.mutex);
  checks.all.erase(this);
}

std::size_t DescriptorCheck::AdoptOpen(const alive::Descriptors& except) {
  Checks& checks = TheChecks();
  const MutexLock lock(checks.mutex);
  if (checks.all.empty()) return 0;
  const auto open = platform::ListDescriptors();
  if (!open) return 0;
  std::size_t adopted = 0;
  for (DescriptorCheck* const check : checks.all)
    adopted = std::max(adopted, check->Adopt(*open, except));
  return adopted;
}

std::size_t DescriptorCheck::Adopt(const alive::Descriptors& open,
                                   const alive::Descriptors& except) {
  const MutexLock lock(mutex_);
  const std::size_t before = adopted_.size();
  for (const OpenDescriptor& each : open) {
    if (!Contains(except, each) && !Contains(adopted_, each)) adopted_.push_back(each);
  }
  return adopted_.size() - before;
}

void DescriptorCheck::TakeAdopted() {
  alive::Descriptors adopted;
  {
    const MutexLock lock(mutex_);
    adopted = std::exchange(adopted_, {});
  }
  if (adopted.empty()) return;
  risen_.Forget(adopted);
  if (!before_) return;
  std::ranges::copy_if(adopted, std::back_inserter(*before_),
                       [this](const OpenDescriptor& each) { return !Contains(*before_, each); });
}

void DescriptorCheck::Begin() {
  TakeAdopted();
  before_ = platform::ListDescriptors();
}

void DescriptorCheck::EndBody() { at_end_ = platform::ListDescriptors(); }

// Returns what was open at the end of the body and still is, without targets that rules ignore.
Result<alive::Descriptors> DescriptorCheck::ListLeft() const {
  auto left = platform::ListDescriptors();
  if (!left) return left;
  std::erase_if(*left, [this](const OpenDescriptor& each) {
    return !Contains(*at_end_, each) ||
           (!Contains(*before_, each) && checker_.ignore().MatchesDescriptor(each.target));
  });
  return left;
}

DescriptorCheck::Leaks DescriptorCheck::FindLeaks(const alive::Descriptors& left,
                                                  std::string_view test) const {
  Leaks leaks;
  for (const alive::RepeatedDescriptor& each : risen_.FindRepeated(*before_, left, test)) {
    explain::Finding finding = Describe(each);
    if (!checker_.ignore().MatchesUnit(finding.view()))
      leaks.push_back({each.risen.kind, std::move(finding)});
  }
  return leaks;
}

// Waits, since a thread that the test left behind may still close them, as long as any thread can
// still do something.
Result<DescriptorCheck::Leaks> DescriptorCheck::Drain(std::string_view test,
                                                      alive::Descriptors* left,
                                                      Outcome* outcome) const {
  const Options& options = checker_.options();
  const Clock::time_point start = Clock::now();
  alive::Stillness stillness;
  for (Clock::duration pause = milliseconds(1);; pause = std::min(pause * 2, kLongestPause)) {
    auto now = ListLeft();
    if (!now) return now.error();
    *left = *std::move(now);
    Leaks leaks = FindLeaks(*left, test);
    const Clock::duration waited = Clock::now() - start;
    outcome->waited = std::chrono::duration_cast<milliseconds>(waited);
    if (leaks.empty() || outcome->still || waited >= options.drain) return leaks;
    // A look once the process is still finds what a look at the end would find.
    outcome->still = options.stillness && stillness.IsShown(start + options.drain);
    if (!outcome->still) std::this_thread::sleep_for(pause);
  }
}

// Removes what suppression files hide in this test.
void DescriptorCheck::Sift(std::string_view test, Leaks* leaks, Outcome* outcome) const {
  rules::HiddenUnits hidden;
  rules::SuppressionRound round(checker_.ignore().file_rules(), test, hidden);
  for (const Leak& leak : *leaks) round.Add(leak.finding.view());
  std::erase_if(*leaks, [&round](const Leak& leak) {
    return round.Hides(leak.finding.unit.kind, leak.finding.unit.id);
  });
  for (rules::SuppressionRemark& remark : round.CountUse())
    outcome->notes.emplace_back(std::move(remark));
}

Result<Outcome> DescriptorCheck::Judge(std::string_view test) {
  TakeAdopted();
  if (!before_) return before_.error();
  if (!at_end_) return at_end_.error();
  Outcome outcome;
  outcome.test = test;
  alive::Descriptors left;
  auto leaks = Drain(test, &left, &outcome);
  if (!leaks) return leaks.error();
  risen_.EndTest(*before_, left, test);
  Sift(test, &*leaks, &outcome);
  outcome.groups = Group(*std::move(leaks));
  Begin();
  return outcome;
}

}  // namespace taskleak::check
