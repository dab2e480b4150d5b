#include "taskleak/live/formats.h"

#include <nlohmann/json.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/made_captures.h"

namespace taskleak::live {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(StackTextTest, HasTheFormOfAGoroutineProfile) {
  const std::string text = ToStackText(*MadeCapture(7, {Workers(8), Jobs(3)}));
  EXPECT_THAT(text, StartsWith("tasks profile: total 11\n"
                               "# capture 7 at 2023-11-14T22:13:27.000Z, took 3 ms\n"
                               "8 @ 0x55d0c0de1000 0x55d0c0de1000 "));
  EXPECT_THAT(text, HasSubstr("\n# 8 threads \"pool-worker\", condvar, from WorkerPool.Restarts, "
                              "1 s old\n"));
  EXPECT_THAT(text, HasSubstr("\n#\t0x55d0c0de1000\tpool::WorkerPool::Run()\tsrc/pool.cc:63\n"));
  EXPECT_THAT(text, HasSubstr("\n3 @ 0x0\n# 3 tasks \"job\", queued, 0 s old\n# created by\n"
                              "#\t0x55d0c0de1000\tJobPool::Submit(Job)\tsrc/jobs.cc:20\n"));
}

TEST(StackTextTest, AnInlinedFunctionHasNoAddressOfItsOwnInTheCountLine) {
  LeakGroup group = report::Server();
  std::vector<Frame> frames = {report::UserFrame("Inner()"), report::UserFrame("Outer()")};
  frames[0].inlined = true;
  group.units[0].stack = Stack(frames);
  EXPECT_THAT(ToStackText(*MadeCapture(1, {group})), HasSubstr("\n1 @ 0x55d0c0de1000\n"));
}

TEST(StackTextTest, SaysWhatAllUnitsOfAPlaceWaitFor) {
  LeakGroup workers = Workers(2);
  for (Unit& unit : workers.units) unit.detail = "0x5610, held by thread 4130";
  EXPECT_THAT(ToStackText(*MadeCapture(1, {workers})),
              HasSubstr(": 0x5610, held by thread 4130, "));
  workers.units[1].detail = "0x5620";
  EXPECT_THAT(ToStackText(*MadeCapture(1, {workers})), Not(HasSubstr("0x5610")));
}

TEST(StackTextTest, TwoInstructionsOfOneLineAreOnePlace) {
  LeakGroup workers = Workers(2);
  std::vector<Frame> frames(workers.units[0].stack.begin(), workers.units[0].stack.end());
  ++frames.front().address;
  workers.units[1].stack = Stack(frames);
  EXPECT_THAT(ToStackText(*MadeCapture(1, {workers})), HasSubstr("\n2 @ 0x"));
}

TEST(StackTextTest, SaysWhatCouldNotBeSeen) {
  auto capture = MadeCapture(1, {});
  capture->report.verdict = Verdict::kCouldNotLook;
  capture->report.could_not_look = "no /proc";
  capture->report.notes = {"a thread was asked by a signal"};
  const std::string text = ToStackText(*capture);
  EXPECT_THAT(text, HasSubstr("# could not look: no /proc\n"));
  EXPECT_THAT(text, HasSubstr("# note: a thread was asked by a signal\n"));
}

TEST(UnitTextTest, HasEachUnitInTheFormOfAGoroutineDump) {
  LeakGroup workers = Workers(2);
  workers.units[0].age = std::chrono::minutes(4);
  const std::string text = ToUnitText(*MadeCapture(1, {workers, Jobs(1)}));
  EXPECT_THAT(text, StartsWith("thread 4121 \"pool-worker\" [condvar, 4 minutes]:\n"));
  EXPECT_THAT(text, HasSubstr("pool::WorkerPool::Run()\n\tsrc/pool.cc:63\n"));
  EXPECT_THAT(text, HasSubstr("created by pool::WorkerPool::Start(int)\n\tsrc/pool.cc:41\n\n"));
  EXPECT_THAT(text, HasSubstr("\nthread 4122 \"pool-worker\" [condvar]:\n"));
  EXPECT_THAT(text, HasSubstr("\ntask 1 \"job\" [queued]:\ncreated by JobPool::Submit(Job)\n"));
}

TEST(UnitTextTest, ANameCannotForgeALine) {
  LeakGroup group = report::Server();
  group.units[0].name = "a\nthread 1 [running]:\n\x1b[2J";
  const std::string text = ToUnitText(*MadeCapture(1, {group}));
  EXPECT_THAT(text, Not(ContainsRegex("\nthread 1 ")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(FoldedTest, OneLineForEachStackOutermostFirst) {
  const std::string text = ToFolded(*MadeCapture(1, {report::Server(), Jobs(3)}));
  EXPECT_THAT(text, HasSubstr("http;clone3;start_thread;net::Server::Run("));
  EXPECT_THAT(text, HasSubstr(";net::Server::Listen();accept 1\n"));
  EXPECT_THAT(text, HasSubstr("job 3\n"));
}

TEST(FoldedTest, ASemicolonInANameSplitsNothing) {
  LeakGroup group = Jobs(1);
  group.units[0].name = "a;b";
  EXPECT_EQ(ToFolded(*MadeCapture(1, {group})), "a:b 1\n");
}

TEST(JsonTest, IsAReportWithTheVerdictAlive) {
  const auto document = nlohmann::json::parse(ToJson(*MadeCapture(1, {Workers(8)})));
  EXPECT_EQ(document["schema"], 1);
  EXPECT_EQ(document["tests"][0]["verdict"], "alive");
  EXPECT_EQ(document["tests"][0]["groups"][0]["count"], 8);
  EXPECT_EQ(document["summary"]["leaks"], 0);
}

}  // namespace
}  // namespace taskleak::live
