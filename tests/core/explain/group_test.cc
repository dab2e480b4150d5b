#include "explain/group.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/rule_match.h"

namespace taskleak::explain {
namespace {

using ::testing::ElementsAre;

Stack At(std::uintptr_t address) {
  Frame frame;
  frame.address = address;
  return Stack({frame});
}

const Surroundings kAround{.program_name = "program"};
const Stack kHere = At(1);
const Stack kThere = At(2);

symbolize::ResolvedStack Named(const std::string& function) {
  Frame frame;
  frame.function = function;
  return {Stack({frame}), {function}};
}

const symbolize::ResolvedStack kUnknown;
const symbolize::ResolvedStack kHereNamed = Named("Here");
const symbolize::ResolvedStack kStartNamed = Named("Start");

Finding Make(std::string name, const Stack& stack, std::int64_t id = 1) {
  Finding finding;
  finding.unit.id = id;
  finding.unit.name = std::move(name);
  finding.unit.stack = stack;
  finding.stack = &kHereNamed;
  finding.created_by = &kUnknown;
  finding.signatures.now = "0123456789ab";
  return finding;
}

Finding CreatedBy(Finding finding, const Stack& creator) {
  finding.unit.created_by = creator;
  finding.created_by = &kStartNamed;
  return finding;
}

TEST(GroupTest, UnitsWithTheSameStackAreOneGroup) {
  const auto groups =
      Group({Make("a", kHere, 1), Make("a", kThere, 2), Make("a", kHere, 3)}, kAround);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].units.size(), 2U);
  EXPECT_EQ(groups[1].units.size(), 1U);
}

TEST(GroupTest, OtherStatesKindsAndCreatorsAreOtherGroups) {
  Finding other_state = Make("a", kHere);
  other_state.unit.state = WaitState::kMutex;
  Finding other_kind = Make("a", kHere);
  other_kind.unit.kind = UnitKind::kTask;
  Finding other_creator = Make("a", kHere);
  other_creator.unit.created_by = kThere;
  EXPECT_EQ(Group({Make("a", kHere), other_state, other_kind, other_creator}, kAround).size(), 4U);
}

TEST(GroupTest, UnitsOfOneCreatorAreOneGroupSortedByPlace) {
  const auto groups =
      Group({CreatedBy(Make("a", kHere, 1), kThere), CreatedBy(Make("a", kThere, 2), kThere),
             CreatedBy(Make("a", kThere, 3), kThere)},
            kAround);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].units[0].unit.id, 2);
  EXPECT_EQ(groups[0].units[1].unit.id, 3);
  EXPECT_EQ(groups[0].units[2].unit.id, 1);
}

TEST(GroupTest, TwoInstructionsOfOneLineAreOnePlace) {
  const auto spinning = [](std::uintptr_t address, int line) {
    Frame frame;
    frame.address = address;
    frame.function = "Spin()";
    frame.file = "spin.cc";
    frame.line = line;
    return Make("a", Stack({frame}));
  };
  EXPECT_EQ(Group({spinning(1, 7), spinning(2, 7), spinning(3, 8)}, kAround).size(), 2U);
}

TEST(GroupTest, UnitsWithoutAStackGoByNameAndReason) {
  Finding a = Make("a", Stack());
  Finding b = Make("b", Stack());
  Finding blocked = Make("a", Stack());
  blocked.missing = {platform::Missing::Reason::kBlocksSignal};
  EXPECT_EQ(Group({a, b, blocked, a}, kAround).size(), 3U);
}

TEST(GroupTest, LargestFirstThenByName) {
  const Stack third = At(3);
  const auto groups =
      Group({Make("b", kHere), Make("a", kThere), Make("c", third), Make("c", third)}, kAround);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].first().name, "c");
  EXPECT_EQ(groups[1].first().name, "a");
  EXPECT_EQ(groups[2].first().name, "b");
}

TEST(GroupTest, IgnoreLinesNameTheThreadTheFunctionAndTheSignature) {
  EXPECT_THAT(Group({Make("pool", kHere)}, kAround)[0].ignore,
              ElementsAre("thread_name:pool", "top_function:Here", "signature:0123456789ab"));
}

TEST(GroupTest, TheRuleForTheFunctionMatchesAlsoBelowOneWithoutAName) {
  Frame unnamed;
  unnamed.module = "libstripped.so";
  Frame own;
  own.function = "serial::Read(int)";
  const symbolize::ResolvedStack stack = {Stack({unnamed, own}), {"", "serial::Read"}};
  Finding finding = Make("program", kHere);
  finding.stack = &stack;
  const std::string rule = Group({finding}, kAround)[0].ignore.front();
  EXPECT_EQ(rule, "top_function:serial::Read");
  EXPECT_TRUE(rules::RuleMatches(IgnoreRule::Parse(rule), finding.view()));
}

TEST(GroupTest, TheCreatorStandsInForTheFunctionWhenItIsKnown) {
  Finding finding = Make("pool", kHere);
  finding.created_by = &kStartNamed;
  EXPECT_THAT(Group({finding}, kAround)[0].ignore,
              ElementsAre("thread_name:pool", "created_by:Start", "signature:0123456789ab"));
}

TEST(GroupTest, NumberedNamesBecomeOnePattern) {
  EXPECT_EQ(Group({Make("worker-1", kHere), Make("worker-12", kHere)}, kAround)[0].ignore.front(),
            "thread_name:worker-1*");
  EXPECT_EQ(Group({Make("worker-1", kHere), Make("worker-2", kHere)}, kAround)[0].ignore.front(),
            "thread_name:worker-*");
}

TEST(GroupTest, NamesThatWouldSilenceOthersAreNotOffered) {
  EXPECT_THAT(Group({Make("program", kHere)}, kAround)[0].ignore,
              ElementsAre("top_function:Here", "signature:0123456789ab"));
  EXPECT_THAT(Group({Make("ab1", kHere), Make("xy2", kHere)}, kAround)[0].ignore,
              ElementsAre("top_function:Here", "signature:0123456789ab"));
}

TEST(GroupTest, AThreadLibrarysFunctionIsNoIgnoreLine) {
  Frame library;
  library.function = "boost::thread::start_thread_noexcept()";
  Frame own;
  own.function = "serial::StartReader(int)";
  const symbolize::ResolvedStack creator = {
      Stack({library, own}), {"boost::thread::start_thread_noexcept", "serial::StartReader"}};
  Finding finding = Make("program", kHere);
  finding.created_by = &creator;
  EXPECT_THAT(Group({finding}, kAround)[0].ignore,
              ElementsAre("created_by:serial::StartReader", "signature:0123456789ab"));
  const symbolize::ResolvedStack nothing_else = Named("boost::thread::start_thread_noexcept");
  finding.created_by = &nothing_else;
  finding.stack = &nothing_else;
  EXPECT_THAT(Group({finding}, kAround)[0].ignore, ElementsAre("signature:0123456789ab"));
  finding.created_by = &kUnknown;
  finding.stack = &creator;
  EXPECT_THAT(Group({finding}, kAround)[0].ignore,
              ElementsAre("function:serial::StartReader", "signature:0123456789ab"));
}

TEST(GroupTest, LinesThatMatchAnotherGroupAreNotOffered) {
  const symbolize::ResolvedStack elsewhere = Named("There");
  Finding one = CreatedBy(Make("pool", kHere), kHere);
  Finding other = CreatedBy(Make("pool", kThere), kThere);
  one.signatures.now = "one";
  other.signatures.now = "other";
  one.stack = &elsewhere;
  const auto groups = Group({one, other}, kAround);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(groups[0].ignore, ElementsAre("signature:one"));
  EXPECT_THAT(groups[1].ignore, ElementsAre("signature:other"));
}

TEST(GroupTest, OneFunctionCalledFromTwoLinesIsOneLeak) {
  const auto called_from = [](int line) {
    Frame start;
    start.function = "Start()";
    Frame caller;
    caller.function = "Test()";
    caller.line = line;
    return Stack({start, caller});
  };
  const auto groups = Group(
      {CreatedBy(Make("a", kHere), called_from(7)), CreatedBy(Make("b", kHere), called_from(8))},
      kAround);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].units.size(), 2U);
}

Finding Job(std::string name) {
  Finding finding = Make(std::move(name), Stack());
  finding.unit.kind = UnitKind::kTask;
  finding.signatures.now = "job";
  return finding;
}

Finding WorkerThatRan(std::string job, const Stack& creator) {
  Finding finding = CreatedBy(Make("worker", kHere), creator);
  finding.last_job = std::move(job);
  return finding;
}

TEST(GroupTest, JobsStandBehindTheThreadsThatRunSuchJobs) {
  const auto groups =
      Group({Job("resize"), Job("resize"), Job("resize"), CreatedBy(Make("worker", kHere), kHere),
             WorkerThatRan("resize", kHere), Make("other", kThere)},
            kAround);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].units.size(), 2U);
  EXPECT_EQ(groups[0].part_of, "");
  EXPECT_EQ(groups[1].units.size(), 3U);
  EXPECT_EQ(groups[1].part_of, groups[0].signature);
  EXPECT_EQ(groups[2].part_of, "");
}

TEST(GroupTest, JobsThatNoLeakedThreadHasRunStandAlone) {
  for (const FoundGroup& group :
       Group({Job("resize"), WorkerThatRan("upload", kHere), Make("", kThere)}, kAround))
    EXPECT_EQ(group.part_of, "");
}

}  // namespace
}  // namespace taskleak::explain
