#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/made_reports.h"
#include "report/frame_lines.h"
#include "report/wording.h"

namespace taskleak::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Compares with tests/golden/NAME.txt. TASKLEAK_UPDATE_GOLDEN=1 writes that file again.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = GOLDEN_FOLDER "/" + name + ".txt";
  if (std::getenv("TASKLEAK_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, ReadFile(path));
}

LeakReport ReportOf(LeakGroup group) {
  LeakReport report;
  report.verdict = Verdict::kLeak;
  report.test = "Suite.Test";
  report.waited = std::chrono::milliseconds(250);
  report.groups.push_back(std::move(group));
  return report;
}

LeakGroup GroupOf(Unit unit) {
  LeakGroup group;
  group.units.push_back(std::move(unit));
  group.signature = "0123456789ab";
  return group;
}

TEST(TextReportTest, TwoLeaks) { ExpectGolden("two_leaks", TwoLeaks().ToText()); }

TEST(TextReportTest, TwoLeaksVerbose) {
  ExpectGolden("two_leaks_verbose", TwoLeaks().ToText(true));
}

TEST(TextReportTest, Hang) {
  LeakReport report = TwoLeaks();
  report.verdict = Verdict::kHang;
  report.waited = std::chrono::seconds(60);
  report.groups[0].deadlock = true;
  ExpectGolden("hang", report.ToText());
}

std::string ToHex(std::uintptr_t number) {
  std::ostringstream text;
  text << std::hex << number;
  return text.str();
}

// Returns a report with one group for each thread, as the checker makes them.
LeakReport ReportOf(const std::vector<Deadlock>& deadlocks) {
  LeakReport report;
  report.verdict = Verdict::kLeak;
  report.test = "Bank.Transfers";
  report.waited = std::chrono::milliseconds(1000);
  report.deadlocks = deadlocks;
  for (const Deadlock& deadlock : deadlocks) {
    for (const Unit& unit : deadlock.units) {
      report.groups.push_back(GroupOf(unit));
      if (unit.waits_at != 0) report.groups.back().units[0].detail = "0x" + ToHex(unit.waits_at);
      report.groups.back().deadlock = deadlock.kind != Deadlock::Kind::kOwnerEnded;
    }
  }
  return report;
}

TEST(TextReportTest, Deadlocks) {
  Deadlock self = {Deadlock::Kind::kSelf, {LockWaiter(4132, "", 0x5640, "bank::Deposit(int)")}};
  HoldsFor(self.units[0], &self.units[0]);
  ExpectGolden("deadlocks", ReportOf({LockCycle(), self, AbandonedMutex()}).ToText());
}

TEST(TextReportTest, ADeadlockOverAJoin) {
  Deadlock deadlock = LockCycle();
  deadlock.units[1].state = WaitState::kJoin;
  deadlock.units[1].waits_at = 0;
  deadlock.units[0].held_by->state = WaitState::kJoin;
  LeakReport report = ReportOf({deadlock});
  report.verdict = Verdict::kHang;
  ExpectGolden("deadlock_over_a_join", report.ToText());
}

TEST(TextReportTest, AHolderThatIsNoLeakIsShownWithItsStack) {
  Unit unit = LockWaiter(4129, "transfer", 0x55c0, "bank::Transfer(Account&, Account&)");
  Unit holder = LockWaiter(4100, "bank_test", 0, "bank::Sleep()");
  holder.state = WaitState::kSleep;
  HoldsFor(holder, &unit);
  unit.detail = "0x55c0";
  ExpectGolden("holder", ReportOf(GroupOf(unit)).ToText());
}

TEST(TextReportTest, ATaskWithTheIdOfAHolderIsNotTheHolder) {
  Unit unit = LockWaiter(4129, "transfer", 0x55c0, "bank::Transfer(Account&, Account&)");
  HoldsFor(LockWaiter(7, "audit", 0x55e8, "bank::Audit()"), &unit);
  Unit task;
  task.kind = UnitKind::kTask;
  task.id = 7;
  LeakReport report = ReportOf(GroupOf(unit));
  report.groups.push_back(GroupOf(task));
  EXPECT_THAT(report.ToText(), HasSubstr("    thread 7 \"audit\" is at\n"));
}

TEST(TextReportTest, LongCirclesAndManyDeadlocksAreCutShort) {
  Deadlock circle;
  for (int i = 0; i < 1000; ++i)
    circle.units.push_back(
        LockWaiter(5000 + i, "philosopher", 0x1000 + 8U * static_cast<unsigned>(i), "Eat()"));
  for (std::size_t i = 0; i < 1000; ++i) HoldsFor(circle.units[(i + 1) % 1000], &circle.units[i]);
  LeakReport report;
  report.deadlocks.assign(30, circle);
  const std::string text = report.ToText();
  EXPECT_THAT(text, HasSubstr("DEADLOCK: 1000 threads wait for each other\n"));
  EXPECT_THAT(text, HasSubstr("    and 992 more threads\n"));
  EXPECT_THAT(text, HasSubstr("and 25 more deadlocks; verbose=1 or the JSON report lists them\n"));
  EXPECT_LT(text.size(), 12'000U);
  for (Unit& unit : circle.units) unit.kind = UnitKind::kTask;
  report.deadlocks = {circle};
  EXPECT_THAT(report.ToText(), HasSubstr("    and 992 more coroutines\n"));
}

TEST(TextReportTest, WhatCouldNotBeSeen) {
  Unit partial;
  partial.id = 7;
  partial.state = WaitState::kRunning;
  Frame nameless = UserFrame("");
  nameless.module = "libvendor.so.3";
  nameless.module_offset = 0x1234;
  Frame guessed = UserFrame("vendor_loop");
  guessed.guessed = true;
  Frame unloaded = UserFrame("");
  unloaded.module.clear();
  unloaded.address = 0x7f0012345678;
  partial.stack = Stack({nameless, guessed, unloaded});
  partial.stack_missing = "no call frame information at 0x7f0012345678";
  Unit unread;
  unread.id = 8;
  unread.name = "io";
  unread.stack_missing = "the thread runs and blocks SIGURG";
  LeakReport report = ReportOf(GroupOf(partial));
  report.groups.push_back(GroupOf(unread));
  report.notes = {"2 threads ended while they were looked at"};
  ExpectGolden("partly_seen", report.ToText());
}

TEST(TextReportTest, UnjoinedThreadsAndTasks) {
  Unit unjoined;
  unjoined.kind = UnitKind::kUnjoinedThread;
  unjoined.id = 31;
  unjoined.created_by = CreationStack();
  Unit task;
  task.kind = UnitKind::kTask;
  task.id = 2;
  task.name = "session";
  task.state = WaitState::kSuspended;
  task.origin = "Net.Earlier";
  LeakReport report = ReportOf(GroupOf(unjoined));
  report.groups[0].hint = "join or detach it";
  report.groups.push_back(GroupOf(task));
  ExpectGolden("unjoined_and_task", report.ToText());
}

TEST(TextReportTest, ThreadsAndTheJobsThatTheyRunAreOneLeak) {
  Unit job;
  job.kind = UnitKind::kTask;
  job.id = 5;
  job.name = "resize";
  job.state = WaitState::kQueued;
  LeakReport report = ReportOf(Workers(2));
  report.groups.push_back(GroupOf(job));
  report.groups[1].part_of = report.groups[0].signature;
  report.groups.push_back(GroupOf(job));
  ExpectGolden("pool", report.ToText());
}

TEST(TextReportTest, DistinctNamesAndDetailsAreShownShortly) {
  LeakGroup group;
  for (int i = 0; i < 8; ++i) {
    Unit unit = Worker(100 + i);
    unit.name = "worker-" + std::to_string(i);
    unit.detail = "mutex " + std::to_string(i % 2);
    unit.age += std::chrono::milliseconds(500 * i);
    group.units.push_back(unit);
  }
  group.hint = Workers(2).hint;
  ExpectGolden("distinct_names", ReportOf(group).ToText());
}

TEST(TextReportTest, FoldsTheRuntimeInTheMiddleAndTheMiddleOfDeepStacks) {
  Unit unit;
  std::vector<Frame> frames = {UserFrame("Callback(int)", "src/a.cc", 5),
                               RuntimeFrame("std::__invoke(A)"),
                               RuntimeFrame("std::function<void ()>::operator()() const")};
  for (int i = 0; i < 40; ++i) frames.push_back(UserFrame("Recurse(int)", "src/a.cc", 100 + i));
  unit.stack = Stack(frames);
  ExpectGolden("deep_stack", ReportOf(GroupOf(unit)).ToText());
}

// The program has a main function of its own, and the framework's RUN_ALL_TESTS was inlined into
// it.
TEST(TextReportTest, LeavesOutTheTestFrameworkAndTheMainFunctionAroundIt) {
  Unit unit = Worker(4121);
  unit.created_by =
      Stack({UserFrame("PoolTest_Restarts_Test::TestBody()", "tests/pool_test.cc", 17),
             UserFrame("testing::UnitTest::Run()"),
             UserFrame("RUN_ALL_TESTS()", "/usr/include/gtest/gtest.h", 2293),
             UserFrame("main", "tests/pool_test.cc", 90), RuntimeFrame("_start")});
  const std::string text = ReportOf(GroupOf(unit)).ToText();
  EXPECT_THAT(text, HasSubstr("TestBody"));
  EXPECT_THAT(text, Not(HasSubstr("testing::UnitTest")));
  EXPECT_THAT(text, Not(HasSubstr("main")));
}

TEST(TextReportTest, AStackOfTheRuntimeAloneIsShown) {
  const Stack stack({RuntimeFrame("clock_nanosleep"), RuntimeFrame("nanosleep"),
                     RuntimeFrame("timer_helper"), RuntimeFrame("start_thread"),
                     RuntimeFrame("clone3")});
  EXPECT_THAT(ShortLines(stack, StackRole::kWhereItIs),
              ElementsAre("clock_nanosleep  libc.so.6", "nanosleep        libc.so.6",
                          "timer_helper     libc.so.6", "(2 frames of the C++ runtime)"));
}

TEST(TextReportTest, PrintsTwentyGroupsUnlessVerbose) {
  LeakReport report;
  report.verdict = Verdict::kLeak;
  for (int i = 0; i < 50; ++i) report.groups.push_back(Server());
  const std::string text = report.ToText();
  EXPECT_THAT(text, HasSubstr("\n[20] "));
  EXPECT_THAT(text, Not(HasSubstr("\n[21] ")));
  EXPECT_THAT(text, HasSubstr("and 30 more groups; verbose=1 or the JSON report lists them\n"));
  EXPECT_THAT(report.ToText(true), HasSubstr("\n[50] "));
}

TEST(TextReportTest, AThousandThreadsAtOnePlaceFitInFourKilobytes) {
  LeakGroup group = Workers(1000);
  std::vector<Frame> frames;
  for (int i = 0; i < 64; ++i) {
    frames.push_back(UserFrame(
        std::string(100, 'f') + std::to_string(i) + "::" + std::string(100, 'g') + "(int)",
        "/" + std::string(100, 'd') + "/" + std::string(70, 'e') + ".cc", 123456));
  }
  for (Unit& unit : group.units) {
    unit.name = "a-name-" + std::to_string(unit.id);
    unit.detail = "descriptor " + std::to_string(unit.id) + ", listening TCP 127.0.0.1:8080";
    unit.stack = Stack(frames);
    unit.created_by = unit.stack;
  }
  EXPECT_LT(ReportOf(group).ToText().size(), 4096U);
}

TEST(TextReportTest, NeverContainsTerminalEscapesOrInvalidBytes) {
  Unit unit;
  unit.name = "\x1b[31mred\xff\xc3\xa4";
  unit.detail = std::string("\x00\x7f\t\xed\xa0\x80", 6);
  const std::string text = ReportOf(GroupOf(unit)).ToText();
  EXPECT_THAT(text, HasSubstr("\\x1b[31mred\\xff\xc3\xa4"));
  EXPECT_THAT(text, HasSubstr("\\x00\\x7f\\x09\\xed\\xa0\\x80"));
}

TEST(TextReportTest, VerboseShowsTheSourceAround) {
  const std::string path = testing::TempDir() + "taskleak_snippet.cc";
  std::ofstream(path) << "one\n\ttwo\nthree\nfour\nfive\nsix\n";
  Unit unit;
  unit.stack = Stack({UserFrame("F()", path, 3)});
  const std::string text = ReportOf(GroupOf(unit)).ToText(true);
  EXPECT_THAT(text, HasSubstr("\n                  1 | one\n"
                              "                  2 |  two\n"
                              "            >     3 | three\n"
                              "                  4 | four\n"));
}

TEST(WordingTest, SaysWhyTheWaitWasCutShort) {
  LeakReport report = TwoLeaks();
  EXPECT_EQ(WhyNotLonger(report), "");
  report.standstill = Standstill::kAllAsleep;
  EXPECT_EQ(WhyNotLonger(report),
            "nothing can end them: every thread of the process is waiting for another");
  EXPECT_THAT(report.ToText(), HasSubstr("\n" + WhyNotLonger(report) + "\n\n[1]"));
}

TEST(WordingTest, SaysWhatCannotBeDoneToThreadsThatHaveEndedAndToOpenDescriptors) {
  LeakReport report = TwoLeaks();
  report.standstill = Standstill::kAllAsleep;
  report.groups[0].units.resize(1);
  report.groups[0].units[0].kind = UnitKind::kUnjoinedThread;
  report.groups.resize(1);
  EXPECT_THAT(WhyNotLonger(report), StartsWith("nothing can join it: no other thread "));
  report.groups[0].units[0].kind = UnitKind::kDescriptor;
  EXPECT_THAT(WhyNotLonger(report), StartsWith("nothing can close it: no other thread "));
  report.groups[0].units[0].kind = UnitKind::kProcess;
  report.groups[0].units[0].state = WaitState::kEnded;
  EXPECT_THAT(WhyNotLonger(report), StartsWith("nothing can wait for it: "));
  report.groups.push_back(TwoLeaks().groups[0]);
  EXPECT_THAT(WhyNotLonger(report), StartsWith("nothing can end or wait for them: every "));
}

TEST(WordingTest, TwoInstructionsOfOneLineAreOnePlace) {
  const auto at = [](std::uintptr_t address) {
    Frame frame = UserFrame("Spin()", "src/spin.cc", 7);
    frame.address = address;
    Unit unit;
    unit.stack = Stack({frame});
    return unit;
  };
  LeakGroup group = GroupOf(at(1));
  group.units.push_back(at(2));
  EXPECT_THAT(ReportOf(group).ToText(), HasSubstr("    each is at\n      Spin()  src/spin.cc:7\n"));
}

TEST(WordingTest, SaysWhyATestNeverReturns) {
  LeakReport report = TwoLeaks();
  report.verdict = Verdict::kHang;
  report.standstill = Standstill::kAllAsleep;
  EXPECT_THAT(Headline(report), StartsWith("WorkerPool.Restarts never returns: all threads are "
                                           "asleep; alive: "));
  report.standstill = Standstill::kDeadlock;
  EXPECT_THAT(Headline(report), StartsWith("WorkerPool.Restarts never returns: its thread is in a "
                                           "deadlock; alive: "));
}

TEST(WordingTest, Headlines) {
  LeakReport report;
  EXPECT_EQ(Headline(report), "no leaks");
  report.verdict = Verdict::kLeak;
  report.groups = {Server()};
  EXPECT_EQ(Headline(report), "1 leak, 1 thread still alive");
  report.test = "A.B";
  EXPECT_EQ(Headline(report), "1 leak, 1 thread still alive after A.B");
  report.waited = std::chrono::milliseconds(20);
  EXPECT_EQ(Headline(report), "1 leak, 1 thread still alive 20 ms after A.B");
  report.test.clear();
  EXPECT_EQ(Headline(report), "1 leak, 1 thread still alive after 20 ms");
}

TEST(WordingTest, Durations) {
  using std::chrono::milliseconds;
  EXPECT_EQ(Duration(milliseconds(0)), "0 ms");
  EXPECT_EQ(Duration(milliseconds(999)), "999 ms");
  EXPECT_EQ(Duration(milliseconds(1000)), "1.0 s");
  EXPECT_EQ(Duration(milliseconds(60'000)), "60 s");
  EXPECT_EQ(Duration(milliseconds(185'000)), "3 min 5 s");
}

TEST(WordingTest, EveryWaitStateHasWords) {
  for (int state = 0; state <= static_cast<int>(WaitState::kQueued); ++state) {
    Unit unit;
    unit.state = static_cast<WaitState>(state);
    EXPECT_EQ(Doing(unit) == "alive", unit.state == WaitState::kOther) << state;
  }
}

}  // namespace
}  // namespace taskleak::report
