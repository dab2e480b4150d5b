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
#include "live/made_captures.h"
#include "page.h"
#include "support/parked_thread.h"
#include "taskleak/task.h"
#include "token.h"

namespace taskleak::live {
namespace {

using ::testing::ContainsRegex;
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
  EXPECT_THAT(page.body, ContainsRegex("<details><summary>[^<]*Subscribe"));
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

TEST(EndpointTest, WhatItDoesNotKnowIsRefused) {
  Endpoint endpoint;
  EXPECT_EQ(Get(endpoint, "/debug/tasks/none").status, 404);
  EXPECT_EQ(Get(endpoint, "/debug/tasksmetrics").status, 404);
  EXPECT_EQ(Get(endpoint, "/").status, 404);
  EXPECT_EQ(Get(endpoint, "").status, 404);
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
  EXPECT_THAT(text.body, HasSubstr("\nappeared: 0 -> 1 tasks \"subscription\""));
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
  // Whichever came second is refused at once.
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
  const std::string page = Page(*capture, {}, "/debug/tasks");
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("F&lt;int&amp;&gt;(&quot;x&quot;)  a&lt;b.cc:1"));
}

TEST(PageTest, ALongListIsCut) {
  std::vector<LeakGroup> groups(300, Jobs(1));
  EXPECT_THAT(Page(*MadeCapture(1, groups), {}, "/debug/tasks"), HasSubstr("and 100 more groups"));
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
