#include "baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/made_reports.h"
#include "report/json_report.h"

namespace taskleak::cli {
namespace {

using report::JsonDocument;
using report::TwoLeaks;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr rules::Date kToday{std::chrono::year(2026), std::chrono::month(11), std::chrono::day(21)};
constexpr rules::Date kLater{std::chrono::year(2027), std::chrono::month(1), std::chrono::day(2)};

/// Returns the report of one run in which test A.A leaves `workers` behind (none if 0), and another
/// test is clean.
std::string RunOf(int workers, const std::string& test = "A.A") {
  LeakReport report = TwoLeaks();
  report.test = test;
  report.groups = {report::Workers(workers == 0 ? 1 : workers)};
  std::vector<LeakReport> reports;
  if (workers > 0) reports.push_back(report);
  return JsonDocument(reports, {{.name = test}, {.name = "Clean.Test"}});
}

LeakTable Leaks(const std::vector<std::string>& runs) {
  LeakTable table;
  for (const std::string& run : runs) ReadDocument(run, table);
  return table;
}

Baseline Accepted(const std::vector<std::string>& runs) {
  Baseline baseline;
  baseline.Accept(Leaks(runs), kToday, "core team");
  return baseline;
}

TEST(Baseline, HoldsALineWithAllThatIsKnownOfALeak) {
  EXPECT_THAT(Accepted({RunOf(8)}).ToText(),
              HasSubstr("\nsignature:5f1c09aa31d2 test=A.A max=8 since=2026-11-21 "
                        "owner=\"core team\" at=pool::WorkerPool::Run\n"));
}

TEST(Baseline, ReadsWhatItWrites) {
  const std::string text =
      Accepted({RunOf(8), RunOf(1, "spaces and \"quotes\" \\ here"), RunOf(2, "re:x\ny")}).ToText();
  EXPECT_EQ(Baseline(text, "f").ToText(), text);
  EXPECT_THAT(Baseline(text, "f").Compare(Leaks({RunOf(1, "re:x\ny")}), kToday).worse, IsEmpty());
}

TEST(Baseline, FailsOnANewLeak) {
  const auto comparison = Baseline().Compare(Leaks({RunOf(1)}), kToday);
  ASSERT_THAT(comparison.worse, SizeIs(1));
  EXPECT_EQ(comparison.worse[0].allowed, 0U);
}

/// One run in which each test has that many workers left.
std::string RunOfAll(const std::vector<std::pair<std::string, int>>& tests) {
  std::vector<LeakReport> reports;
  std::vector<report::CheckedScope> checked;
  for (const auto& [test, workers] : tests) {
    checked.push_back({.name = test});
    if (workers == 0) continue;
    LeakReport report = TwoLeaks();
    report.test = test;
    report.groups = {report::Workers(workers)};
    reports.push_back(report);
  }
  return JsonDocument(reports, checked);
}

TEST(Baseline, ALeakThatIsKnownInAnotherTestHasMoved) {
  const Baseline baseline = Accepted({RunOfAll({{"A.A", 1}, {"B.B", 0}})});
  const auto moved = baseline.Compare(Leaks({RunOfAll({{"A.A", 0}, {"B.B", 1}})}), kToday);
  EXPECT_THAT(moved.worse, IsEmpty());
  EXPECT_THAT(moved.gone, IsEmpty());
  EXPECT_EQ(moved.known, 0U);
  ASSERT_THAT(moved.moved, SizeIs(1));
  EXPECT_EQ(moved.moved[0].key.test, "B.B");
  EXPECT_EQ(moved.moved[0].from, "A.A");
}

TEST(Baseline, ALeakMovesOutOfATestThatIsNotRunToo) {
  const auto moved = Accepted({RunOf(1)}).Compare(Leaks({RunOf(1, "B.B")}), kToday);
  EXPECT_THAT(moved.worse, IsEmpty());
  EXPECT_THAT(moved.moved, SizeIs(1));
  EXPECT_EQ(moved.not_looked_at, 0U);
}

TEST(Baseline, ALeakThatStaysAndAppearsInAnotherTestIsNewThere) {
  const Baseline baseline = Accepted({RunOfAll({{"A.A", 1}, {"B.B", 0}})});
  const auto both = baseline.Compare(Leaks({RunOfAll({{"A.A", 1}, {"B.B", 1}})}), kToday);
  ASSERT_THAT(both.worse, SizeIs(1));
  EXPECT_EQ(both.worse[0].key.test, "B.B");
  EXPECT_EQ(both.known, 1U);
  EXPECT_THAT(both.moved, IsEmpty());
}

TEST(Baseline, OnlyAsManyMoveAsAreMissing) {
  const Baseline baseline = Accepted({RunOfAll({{"A.A", 3}, {"B.B", 1}, {"C.C", 0}})});
  const auto fits =
      baseline.Compare(Leaks({RunOfAll({{"A.A", 1}, {"B.B", 2}, {"C.C", 1}})}), kToday);
  EXPECT_THAT(fits.worse, IsEmpty());
  EXPECT_THAT(fits.moved, SizeIs(2));
  const auto more =
      baseline.Compare(Leaks({RunOfAll({{"A.A", 1}, {"B.B", 2}, {"C.C", 2}})}), kToday);
  ASSERT_THAT(more.worse, SizeIs(1));
  EXPECT_EQ(more.worse[0].key.test, "C.C");
  EXPECT_EQ(more.worse[0].allowed, 1U);
}

TEST(Baseline, EachRunHasTheLeakOnceWhereverItMoves) {
  const Baseline baseline = Accepted({RunOfAll({{"A.A", 1}, {"B.B", 0}})});
  const auto shards = baseline.Compare(Leaks({RunOf(1), RunOf(1, "B.B")}), kToday);
  EXPECT_THAT(shards.worse, IsEmpty());
  EXPECT_EQ(shards.known, 1U);
  EXPECT_THAT(shards.moved, SizeIs(1));
}

TEST(Baseline, WhatHasExpiredDoesNotMove) {
  const Baseline baseline("signature:5f1c09aa31d2 test=A.A max=8 expires=2027-01-02\n", "f");
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(8, "B.B")}), kToday).worse, IsEmpty());
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(8, "B.B")}), kLater).worse, SizeIs(1));
}

TEST(Baseline, AnEntryForAnyNumberMovesAsAWholeOrNotAtAll) {
  const Baseline baseline("signature:5f1c09aa31d2 test=A.A\n", "f");
  EXPECT_THAT(baseline.Compare(Leaks({RunOfAll({{"A.A", 0}, {"B.B", 5}})}), kToday).worse,
              IsEmpty());
  EXPECT_THAT(baseline.Compare(Leaks({RunOfAll({{"A.A", 1}, {"B.B", 5}})}), kToday).worse,
              SizeIs(1));
}

TEST(Baseline, WhatHasMovedIsNeitherAcceptedAgainNorPruned) {
  Baseline baseline = Accepted({RunOfAll({{"A.A", 2}, {"B.B", 0}})});
  const std::string before = baseline.ToText();
  const std::string moved = RunOfAll({{"A.A", 0}, {"B.B", 2}});
  baseline.Accept(Leaks({moved}), kLater, "you");
  EXPECT_EQ(baseline.ToText(), before);
  const auto pruned = baseline.Prune(Leaks({moved}), false);
  EXPECT_EQ(pruned.removed + pruned.lowered, 0U);
  EXPECT_EQ(baseline.ToText(), before);
}

TEST(Baseline, FailsOnAGrowingCount) {
  const Baseline baseline = Accepted({RunOf(2)});
  const auto grown = baseline.Compare(Leaks({RunOf(3)}), kToday);
  ASSERT_THAT(grown.worse, SizeIs(1));
  EXPECT_EQ(grown.worse[0].allowed, 2U);
  EXPECT_EQ(grown.worse[0].leak.count, 3U);
  EXPECT_EQ(baseline.Compare(Leaks({RunOf(1)}), kToday).known, 1U);
}

TEST(Baseline, IsStaleOnlyWhereTheTestWasLookedAt) {
  const Baseline baseline = Accepted({RunOf(2), RunOf(1, "B.B")});
  const auto comparison = baseline.Compare(Leaks({RunOf(0)}), kToday);
  EXPECT_THAT(comparison.gone, SizeIs(1));
  EXPECT_EQ(comparison.not_looked_at, 1U);
}

TEST(Baseline, MarksALeakThatIsNotInEveryRun) {
  const Baseline baseline = Accepted({RunOf(2), RunOf(0), RunOf(1)});
  EXPECT_THAT(baseline.ToText(), HasSubstr(" max=2 flaky=1 "));
  const auto comparison = baseline.Compare(Leaks({RunOf(0)}), kToday);
  EXPECT_THAT(comparison.gone, IsEmpty());
  EXPECT_THAT(comparison.flaky_absent, SizeIs(1));
}

TEST(Baseline, OfTwoLinesForOneLeakTheLargerCountApplies) {
  const Baseline baseline(
      "signature:5f1c09aa31d2 test=A.A max=3\nsignature:5f1c09aa31d2 test=A.A max=2\n", "f");
  const auto same = baseline.Compare(Leaks({RunOf(3)}), kToday);
  EXPECT_THAT(same.worse, IsEmpty());
  EXPECT_THAT(same.gone, IsEmpty());
  const auto grown = baseline.Compare(Leaks({RunOf(5)}), kToday);
  EXPECT_THAT(grown.worse, SizeIs(1));
  EXPECT_THAT(grown.moved, IsEmpty());
}

TEST(Baseline, ALeakIsNotGoneWhereItsTestHangsOrCouldNotBeLookedAt) {
  for (const Verdict verdict : {Verdict::kHang, Verdict::kCouldNotLook}) {
    Baseline baseline = Accepted({RunOf(2)});
    LeakReport report;
    report.test = "A.A";
    report.verdict = verdict;
    if (verdict == Verdict::kCouldNotLook) report.could_not_look = "no /proc";
    const LeakTable leaks = Leaks({JsonDocument({report}, {{.name = "A.A"}})});
    const auto comparison = baseline.Compare(leaks, kToday);
    EXPECT_THAT(comparison.gone, IsEmpty());
    EXPECT_EQ(comparison.not_looked_at, 1U);
    EXPECT_EQ(baseline.Prune(leaks, false).removed, 0U);
  }
}

TEST(Baseline, AnExpiredEntryAllowsNothing) {
  const Baseline baseline("signature:5f1c09aa31d2 test=A.A max=8 expires=2027-01-02\n", "f");
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(8)}), kToday).worse, IsEmpty());
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(8)}), kLater).worse, SizeIs(1));
}

TEST(Baseline, OfAnExpiredAndAValidLineForOneLeakTheValidOneCounts) {
  Baseline baseline(
      "signature:5f1c09aa31d2 test=A.A max=8 expires=2027-01-02\n"
      "signature:5f1c09aa31d2 test=A.A max=3\n",
      "f");
  const auto known = baseline.Compare(Leaks({RunOf(3)}), kLater);
  EXPECT_EQ(known.known, 1U);
  EXPECT_THAT(known.moved, IsEmpty());
  EXPECT_THAT(known.gone, IsEmpty());
  const auto grown = baseline.Compare(Leaks({RunOf(4)}), kLater);
  ASSERT_THAT(grown.worse, SizeIs(1));
  EXPECT_EQ(grown.worse[0].allowed, 3U);
  EXPECT_EQ(baseline.Prune(Leaks({RunOf(3)}), false).removed, 0U);
}

TEST(Baseline, TwoValidLinesForOneLeakDoNotAddUp) {
  const Baseline baseline(
      "signature:5f1c09aa31d2 test=A.A max=3 expires=2027-01-02\n"
      "signature:5f1c09aa31d2 test=A.A max=2\n",
      "f");
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(3)}), kToday).gone, IsEmpty());
  EXPECT_THAT(baseline.Compare(Leaks({RunOf(5)}), kToday).worse, SizeIs(1));
}

/// One run in which a leak has a former signature.
std::string RunWithFormer(const std::string& former) {
  LeakReport report = TwoLeaks();
  report.test = "A.A";
  report.groups = {report::Workers(2)};
  report.groups[0].former_signature = former;
  return JsonDocument({report}, {{.name = "A.A"}});
}

TEST(Baseline, AnEntryWithTheFormerSignatureIsTheSameLeakAndIsRewritten) {
  Baseline baseline("signature:00000000f0e1 test=A.A max=2 since=2020-01-01 owner=me\n", "f");
  const LeakTable leaks = Leaks({RunWithFormer("00000000f0e1")});
  const auto comparison = baseline.Compare(leaks, kToday);
  EXPECT_THAT(comparison.worse, IsEmpty());
  EXPECT_THAT(comparison.gone, IsEmpty());
  EXPECT_EQ(comparison.known, 1U);
  EXPECT_EQ(baseline.Prune(leaks, false).removed, 0U);
  baseline.Accept(leaks, kToday, "you");
  EXPECT_EQ(baseline.size(), 1U);
  EXPECT_THAT(baseline.ToText(),
              HasSubstr("\nsignature:5f1c09aa31d2 test=A.A max=2 since=2020-01-01 owner=me"));
}

TEST(Baseline, AnEntryWithTheFormerSignatureOfAnotherLeakIsGone) {
  const Baseline baseline("signature:00000000f0e1 test=A.A max=2\n", "f");
  const auto comparison = baseline.Compare(Leaks({RunWithFormer("0000deadbeef")}), kToday);
  EXPECT_THAT(comparison.worse, SizeIs(1));
  EXPECT_THAT(comparison.gone, SizeIs(1));
}

TEST(Baseline, AcceptingRemovesNothingAndKeepsWhatPeopleWrote) {
  Baseline baseline(
      "signature:5f1c09aa31d2 test=A.A max=1 since=2020-01-01 owner=me reason=why\n"
      "signature:aaaaaaaaaaaa test=Gone.Test max=3\n",
      "f");
  baseline.Accept(Leaks({RunOf(2)}), kToday, "you");
  EXPECT_THAT(baseline.ToText(),
              AllOf(HasSubstr("test=A.A max=2 since=2020-01-01 owner=me reason=why\n"),
                    HasSubstr("test=Gone.Test max=3\n")));
}

TEST(Baseline, PruningRemovesWhatIsGoneAndLowersWhatShrank) {
  Baseline baseline = Accepted({RunOf(5), RunOf(1, "B.B"), RunOf(1, "C.C")});
  const auto pruned = baseline.Prune(Leaks({RunOf(3), RunOf(0, "B.B")}), false);
  EXPECT_EQ(pruned.removed, 1U);
  EXPECT_EQ(pruned.lowered, 1U);
  EXPECT_THAT(baseline.ToText(), AllOf(HasSubstr("test=A.A max=3 "), HasSubstr("test=C.C ")));
  EXPECT_EQ(baseline.size(), 2U);
}

TEST(Baseline, PruningLeavesFlakyEntriesUnlessAsked) {
  Baseline baseline = Accepted({RunOf(5), RunOf(0)});
  EXPECT_EQ(baseline.Prune(Leaks({RunOf(0)}), false).removed, 0U);
  EXPECT_EQ(baseline.Prune(Leaks({RunOf(0)}), true).removed, 1U);
}

TEST(Baseline, IsSortedAndTakesLinesInAnyOrder) {
  const std::string text = Accepted({RunOf(1, "B.B"), RunOf(1, "A.A")}).ToText();
  EXPECT_LT(text.find("test=A.A"), text.find("test=B.B"));
  // Two branches added the same leak, with different counts.
  const Baseline merged(
      "signature:5f1c09aa31d2 test=A.A max=3\nsignature:5f1c09aa31d2 test=A.A max=2\n", "f");
  EXPECT_THAT(merged.Compare(Leaks({RunOf(3)}), kToday).worse, IsEmpty());
}

TEST(Baseline, NamesThePlaceOfABadLine) {
  const auto error_of = [](const std::string& text) {
    try {
      const Baseline baseline(text, "known.txt");
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(error_of("# ok\nsignature:aa max=x\n"), HasSubstr("known.txt:2:18: max=x"));
  EXPECT_THAT(error_of("thread_name:a\n"), HasSubstr("known.txt:1: a baseline holds"));
  EXPECT_THAT(error_of("<<<<<<< HEAD\n"), HasSubstr("known.txt:1:1: "));
}

}  // namespace
}  // namespace taskleak::cli
