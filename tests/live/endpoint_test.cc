#include "taskleak/live/endpoint.h"

#include <nlohmann/json.hpp>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history.h"
#include "hour.h"
#include "live/made_captures.h"
#include "page.h"
#include "rows.h"
#include "support/parked_thread.h"
#include "taskleak/task.h"
#include "token.h"

namespace taskleak::live {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Endpoint::Response Get(Endpoint& endpoint, const std::string& path,
                       const std::map<std::string, std::string>& parameters = {}) {
  return endpoint.Handle({"GET", path, parameters, {}});
}

[[gnu::noinline]] Task Subscribe() { return Task("subscription"); }

TEST(EndpointTest, EveryFormShowsATask) {
  const Task task = Subscribe();
  Endpoint endpoint;
  const auto page = Get(endpoint, "/debug/tasks/");
  EXPECT_THAT(page.content_type, StartsWith("text/html"));
  EXPECT_THAT(page.body, HasSubstr("Subscribe()"));
  EXPECT_THAT(Get(endpoint, "/debug/tasks", {{"debug", "1"}}).body,
              StartsWith("tasks profile: total "));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/", {{"debug", "2"}}).body,
              HasSubstr("\"subscription\" [queued]:"));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/", {{"format", "folded"}}).body,
              HasSubstr("subscription 1\n"));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/", {{"format", "pprof"}}).body, StartsWith("\x1f\x8b"));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/metrics").body, HasSubstr("taskleak_tasks 1\n"));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/count").body, HasSubstr("tasks 1\n"));
  const auto json =
      nlohmann::json::parse(Get(endpoint, "/debug/tasks/count", {{"format", "json"}}).body);
  EXPECT_EQ(json["tasks"], 1);
  EXPECT_TRUE(nlohmann::json::accept(Get(endpoint, "/debug/tasks/", {{"format", "json"}}).body));
}

TEST(EndpointTest, SaysWhatCannotContinueAndWhyNothingCanBeSaidOfTheRest) {
  Task lost = Subscribe();
  lost.SetWaiting("", WaitState::kLost);
  Endpoint endpoint;
  const std::string text = Get(endpoint, "/debug/tasks/stuck").body;
  EXPECT_THAT(text, HasSubstr("1 task cannot continue"));
  EXPECT_THAT(text, HasSubstr("destroyed without resuming it"));
  EXPECT_THAT(text, HasSubstr("Subscribe()"));
  const auto json =
      nlohmann::json::parse(Get(endpoint, "/debug/tasks/stuck", {{"format", "json"}}).body);
  ASSERT_EQ(json["stuck"].size(), 1U);
  EXPECT_EQ(json["stuck"][0]["reason"], "lost");
  EXPECT_EQ(json["stuck"][0]["ids"][0], lost.id());
  const testing::ParkedThread idle;
  EXPECT_THAT(Get(endpoint, "/debug/tasks/stuck").body, HasSubstr("nothing is known about "));
  EXPECT_EQ(Get(endpoint, "/debug/tasks/stuck", {{"format", "xml"}}).status, 400);
}

TEST(EndpointTest, TheLastHourIsShownOnceAWatchHasLooked) {
  Endpoint endpoint;
  EXPECT_EQ(Get(endpoint, "/debug/tasks/hour").status, 404);
  EXPECT_THAT(Get(endpoint, "/debug/tasks/").body, HasSubstr("\"watched\":false"));
  TheHour().Add(*MadeCapture(1, {Jobs(3)}));
  const auto page = Get(endpoint, "/debug/tasks/hour");
  EXPECT_THAT(page.content_type, StartsWith("text/html"));
  EXPECT_THAT(page.body, HasSubstr("JobPool::Submit"));
  const auto json =
      nlohmann::json::parse(Get(endpoint, "/debug/tasks/hour", {{"format", "json"}}).body);
  EXPECT_EQ(json["tasks"], nlohmann::json::array({3}));
  EXPECT_EQ(json["series"][0]["counts"], nlohmann::json::array({3}));
  EXPECT_THAT(Get(endpoint, "/debug/tasks/").body, HasSubstr("\"watched\":true"));
}

TEST(EndpointTest, AGroupHasAPageOfItsOwn) {
  const Task task = Subscribe();
  Endpoint endpoint;
  const auto json =
      nlohmann::json::parse(Get(endpoint, "/debug/tasks/", {{"format", "json"}}).body);
  for (const auto& group : json["tests"][0]["groups"]) {
    if (group["units"][0]["name"] != "subscription") continue;
    const auto page =
        Get(endpoint, "/debug/tasks/group", {{"signature", group["signature"].get<std::string>()}});
    EXPECT_THAT(page.body, HasSubstr("\"page\":\"group\""));
    EXPECT_THAT(page.body, HasSubstr("\"all_rows\":1"));
    EXPECT_THAT(page.body, HasSubstr("Subscribe()"));
    return;
  }
  FAIL() << "the task has no group";
}

TEST(EndpointTest, NoScriptRunsButThePagesOwn) {
  Endpoint endpoint;
  const auto first = Get(endpoint, "/debug/tasks/");
  const auto second = Get(endpoint, "/debug/tasks/");
  const std::string policy = first.headers.at("Content-Security-Policy");
  const std::size_t at = policy.find("script-src 'nonce-");
  ASSERT_NE(at, std::string::npos) << policy;
  const std::string nonce = policy.substr(at + 18, policy.rfind('\'') - at - 18);
  EXPECT_EQ(nonce.size(), 32U);
  EXPECT_THAT(first.body, HasSubstr("<script nonce=\"" + nonce + "\">"));
  EXPECT_THAT(second.body, Not(HasSubstr(nonce)));
}

TEST(EndpointTest, WhatItDoesNotKnowIsRefused) {
  Endpoint endpoint;
  EXPECT_EQ(Get(endpoint, "/debug/tasks/group").status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/group", {{"signature", "<b>"}}).status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/diff", {{"base", "1"}, {"format", "xml"}}).status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/none").status, 404);
  EXPECT_EQ(Get(endpoint, "/debug/tasksmetrics").status, 404);
  EXPECT_EQ(Get(endpoint, "/").status, 404);
  EXPECT_EQ(Get(endpoint, "").status, 404);
  EXPECT_THAT(Get(endpoint, "/debug/task").body, HasSubstr(" /debug/tasks/\n"));
  EXPECT_EQ(Get(endpoint, "/debug/tasks/", {{"debug", "3"}}).status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/", {{"format", "xml"}}).status, 400);
  EXPECT_EQ(endpoint.Handle({"POST", "/debug/tasks/", {}, {}}).status, 405);
}

TEST(EndpointTest, GoPathsAreAnsweredWhereAskedFor) {
  Endpoint plain;
  EXPECT_EQ(Get(plain, "/debug/pprof/goroutine").status, 404);
  EndpointOptions options;
  options.go_paths = true;
  Endpoint endpoint(options);
  EXPECT_THAT(Get(endpoint, "/debug/pprof/goroutine").body, StartsWith("\x1f\x8b"));
  EXPECT_THAT(Get(endpoint, "/debug/pprof/goroutine", {{"debug", "1"}}).body,
              StartsWith("tasks profile: total "));
}

TEST(EndpointTest, OnlyTheTokenOpens) {
  EndpointOptions options;
  options.token = "s3cret";
  Endpoint endpoint(options);
  for (const char* wrong :
       {"", "s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret ", "Bearer s3crets3cret",
        "Bearer S3cret", "bearer s3cret", "Basic s3cret"}) {
    const auto response = endpoint.Handle({"GET", "/debug/tasks/count", {}, wrong});
    EXPECT_EQ(response.status, 401) << wrong;
    EXPECT_THAT(response.body, Not(HasSubstr("threads")));
    EXPECT_EQ(response.headers.at("WWW-Authenticate"), "Bearer realm=\"taskleak\"");
  }
  EXPECT_EQ(endpoint.Handle({"GET", "/debug/tasks/count", {}, "Bearer s3cret"}).status, 200);
  EXPECT_EQ(endpoint.Handle({"GET", "/none", {}, ""}).status, 401);
}

TEST(EndpointTest, BadOptionsThrow) {
  for (const char* prefix : {"", "/", "debug", "/debug/"}) {
    EndpointOptions options;
    options.prefix = prefix;
    EXPECT_THROW(Endpoint endpoint(options), std::invalid_argument) << prefix;
  }
  EndpointOptions options;
  options.token = "a\nb";
  EXPECT_THROW(Endpoint endpoint(options), std::invalid_argument);
}

TEST(EndpointDiffTest, ComparesWithACaptureByItsNumber) {
  Endpoint endpoint;
  const CapturePtr base = TakeCapture();
  const Task task = Subscribe();
  const auto text = Get(endpoint, "/debug/tasks/diff", {{"base", std::to_string(base->id)}});
  EXPECT_EQ(text.status, 200);
  EXPECT_THAT(text.body, HasSubstr("\nappeared: 0 -> 1 task \"subscription\""));
  const auto json =
      Get(endpoint, "/debug/tasks/diff", {{"base", std::to_string(base->id)}, {"format", "json"}});
  EXPECT_EQ(nlohmann::json::parse(json.body)["changes"][0]["change"], "appeared");
}

TEST(EndpointDiffTest, BadNumbersAreRefused) {
  Endpoint endpoint;
  for (const char* seconds : {"0", "61", "-1", "1x", "99999999999999999999999"})
    EXPECT_EQ(Get(endpoint, "/debug/tasks/diff", {{"seconds", seconds}}).status, 400) << seconds;
  EXPECT_EQ(Get(endpoint, "/debug/tasks/diff").status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/diff", {{"seconds", "1"}, {"base", "1"}}).status, 400);
  EXPECT_EQ(Get(endpoint, "/debug/tasks/diff", {{"base", "999999"}}).status, 404);
}

TEST(EndpointDiffTest, SeesWhatIsBornWhileItWaits) {
  Endpoint endpoint;
  auto response = std::async(std::launch::async, [&] {
    return Get(endpoint, "/debug/tasks/diff", {{"seconds", "1"}});
  });
  std::vector<Task> tasks;
  while (response.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
    tasks.push_back(Subscribe());
  EXPECT_THAT(response.get().body, HasSubstr("tasks \"subscription\""));
}

TEST(EndpointDiffTest, OneWaitsAndOthersAreRefusedUntilItIsStopped) {
  Endpoint endpoint;
  const auto ask = [&] { return Get(endpoint, "/debug/tasks/diff", {{"seconds", "60"}}).status; };
  auto first = std::async(std::launch::async, ask);
  auto second = std::async(std::launch::async, ask);
  // The request that comes second is refused at once.
  while (first.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         second.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  endpoint.Stop();
  const std::vector<int> statuses = {first.get(), second.get()};
  EXPECT_THAT(statuses, ::testing::UnorderedElementsAre(429, 503));
}

TEST(PageTest, NamesCannotBecomeMarkup) {
  LeakGroup group = Jobs(1);
  group.units[0].name = "<script>alert(1)</script>";
  group.units[0].created_by = Stack({report::UserFrame("F<int&>(\"x\")", "a<b.cc", 1)});
  const auto capture = MadeCapture(1, {group});
  const std::string page =
      LivePage(*capture, RowsOf(capture->report), {{}}, {"/debug/tasks", "n0nce"});
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("\\u003cscript>alert(1)\\u003c/script>"));
}

TEST(PageTest, ALongListIsCut) {
  std::vector<LeakGroup> groups;
  for (int i = 0; i < 2100; ++i) {
    groups.push_back(Jobs(1));
    groups.back().units[0].created_by = Stack({report::UserFrame("Start()", "start.cc", i)});
  }
  const auto capture = MadeCapture(1, std::move(groups));
  const std::string page =
      LivePage(*capture, RowsOf(capture->report), {{}}, {"/debug/tasks", "n0nce"});
  EXPECT_THAT(page, HasSubstr("\"all_rows\":2100"));
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = page.find("\"marks\":", at)) != std::string::npos; ++at) ++rows;
  EXPECT_EQ(rows, 2000U);
}

// Returns the row with this count, or an empty row if there is none.
Row RowWith(std::size_t count, const std::vector<Row>& rows) {
  const auto found = std::ranges::find(rows, count, &Row::count);
  return found == rows.end() ? Row() : *found;
}

std::vector<LeakGroup> AcceptedAt(std::initializer_list<std::pair<int, int>> lines_and_counts) {
  std::vector<LeakGroup> groups(1);
  std::int64_t id = 0;
  for (const auto& [line, count] : lines_and_counts) {
    Unit unit;
    unit.state = WaitState::kCondvar;
    unit.created_by = Stack({report::UserFrame("Accept()", "server.cc", 7)});
    unit.stack = Stack({report::UserFrame("Wait()", "server.cc", line)});
    for (int i = 0; i < count; ++i) {
      unit.id = ++id;
      groups[0].units.push_back(unit);
    }
  }
  return groups;
}

TEST(RowsTest, OneCreatorHasARowForEachPlaceWhereItsUnitsWait) {
  const auto capture = MadeCapture(1, AcceptedAt({{40, 5}, {80, 3}}));
  const std::vector<Row> rows = RowsOf(capture->report);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].count, 5U);
  EXPECT_EQ(rows[1].count, 3U);
  EXPECT_NE(rows[0].key, rows[1].key);
}

TEST(RowsTest, WhatGrowsInTheLastLooksIsMarkedAndComesFirst) {
  RowHistory history;
  std::vector<Row> rows;
  std::vector<std::shared_ptr<Capture>> captures;
  for (int look = 1; look <= 4; ++look) {
    captures.push_back(
        MadeCapture(static_cast<std::uint64_t>(look), AcceptedAt({{40, 50}, {80, 3 * look}})));
    rows = history.Update(*captures.back());
  }
  EXPECT_EQ(rows[0].count, 12U);
  EXPECT_THAT(rows[0].counts, ElementsAre(3, 6, 9, 12));
  EXPECT_THAT(rows[0].marks, ElementsAre("grew by 9 in 4 looks"));
  EXPECT_THAT(RowWith(50, rows).marks, ElementsAre("oldest"));
}

TEST(RowsTest, ALookThatIsAskedForTwiceCountsOnce) {
  RowHistory history;
  const auto capture = MadeCapture(1, AcceptedAt({{40, 5}}));
  history.Update(*capture);
  EXPECT_THAT(history.Update(*capture)[0].counts, ElementsAre(5));
}

TEST(RowsTest, WhatAppearsLaterBeginsAtNothing) {
  RowHistory history;
  history.Update(*MadeCapture(1, AcceptedAt({{40, 5}})));
  const auto second = MadeCapture(2, AcceptedAt({{40, 5}, {80, 3}}));
  EXPECT_THAT(RowWith(3, history.Update(*second)).counts, ElementsAre(0, 3));
}

TEST(RowsTest, ManyThatAreBlockedAtOnePlaceAreMarked) {
  RowHistory history;
  const auto capture = MadeCapture(1, AcceptedAt({{40, 101}}));
  EXPECT_THAT(history.Update(*capture)[0].marks, ElementsAre("101 blocked at one place"));
  const auto few = MadeCapture(2, AcceptedAt({{40, 100}}));
  EXPECT_THAT(history.Update(*few)[0].marks, ::testing::IsEmpty());
}

// Returns a group of threads without a creator that were started at a line.
LeakGroup StartedAt(int line, int count) {
  LeakGroup group = AcceptedAt({{5, count}})[0];
  group.signature = "aaaaaaaaaaaa";
  const Stack stack(
      {report::UserFrame("Wait()", "s.cc", 5), report::UserFrame("Run()", "s.cc", line)});
  for (Unit& unit : group.units) {
    unit.created_by = Stack();
    unit.stack = stack;
  }
  return group;
}

TEST(RowsTest, GroupsOfOneSignatureWithoutACreatorShareARow) {
  RowHistory history;
  std::vector<Row> rows;
  std::vector<std::shared_ptr<Capture>> captures;
  for (int look = 1; look <= 6; ++look) {
    captures.push_back(MadeCapture(static_cast<std::uint64_t>(look),
                                   {StartedAt(10, 30), StartedAt(20, 40 + 10 * look)}));
    rows = history.Update(*captures.back());
  }
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].count, 130U);
  EXPECT_THAT(rows[0].counts, ElementsAre(80, 90, 100, 110, 120, 130));
  EXPECT_THAT(rows[0].marks, ElementsAre("grew by 50 in 6 looks"));
  ASSERT_EQ(rows[0].places.size(), 2U);
  EXPECT_EQ(rows[0].places[0].size(), 100U);
}

TEST(RowsTest, ADeadlockComesBeforeAllElse) {
  RowHistory history;
  std::vector<LeakGroup> groups = AcceptedAt({{40, 500}});
  groups.push_back(AcceptedAt({{90, 2}})[0]);
  const auto capture = MadeCapture(1, groups);
  Unit stuck = groups[1].units[0];
  stuck.id = 1000;
  capture->report.groups[1].units[0].id = stuck.id;
  capture->report.deadlocks.push_back({Deadlock::Kind::kSelf, {stuck}});
  const std::vector<Row> rows = history.Update(*capture);
  EXPECT_EQ(rows[0].count, 2U);
  EXPECT_THAT(rows[0].marks, ElementsAre("deadlock"));
  EXPECT_THAT(rows[1].marks, ::testing::Contains("500 blocked at one place"));
}

TEST(RowsTest, ADeadlockOfTasksMarksNoThreadWithTheSameId) {
  std::vector<LeakGroup> groups = {Workers(1), Jobs(1)};
  groups[1].units[0].id = groups[0].units[0].id;
  const auto capture = MadeCapture(1, groups);
  capture->report.deadlocks.push_back({Deadlock::Kind::kSelf, {groups[1].units[0]}});
  const std::vector<Row> rows = RowsOf(capture->report);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_FALSE(rows[0].deadlock);
  EXPECT_TRUE(rows[1].deadlock);
}

TEST(HistoryTest, ReachesBackToTheStartWithBoundedMemory) {
  History history;
  const auto start = std::chrono::steady_clock::time_point();
  for (int i = 0; i < 10'000; ++i)
    history.Add({start + std::chrono::seconds(i), static_cast<std::size_t>(i), 0});
  const auto points = history.Points();
  EXPECT_LE(points.size(), History::kMost);
  EXPECT_EQ(points.front().threads, 0U);
  EXPECT_EQ(points.back().threads, 9'999U);
}

}  // namespace
}  // namespace taskleak::live
