#include "report/json_report.h"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/report/made_reports.h"

namespace taskleak::report {
namespace {

using nlohmann::json;

TEST(JsonReportTest, HasEveryFieldOfTheSchema) {
  LeakReport report = TwoLeaks();
  report.groups[1].deadlock = true;
  report.groups[1].units[0].stack_missing = "why";
  report.notes = {"a note"};
  const json document = json::parse(report.ToJson());
  EXPECT_EQ(document["taskleak"], "0.2.0");
  EXPECT_EQ(document["schema"], 1);
  EXPECT_EQ(document["summary"],
            json::parse(R"json({"tests":1,"leaking_tests":1,"groups":2,"leaks":9})json"));
  EXPECT_EQ(document["notes"], json({"a note"}));
  ASSERT_EQ(document["tests"].size(), 1U);
  const json& test = document["tests"][0];
  EXPECT_EQ(test["test"], "WorkerPool.Restarts");
  EXPECT_EQ(test["verdict"], "leak");
  EXPECT_EQ(test["waited_ms"], 1000);

  const json& workers = test["groups"][0];
  EXPECT_EQ(workers["kind"], "thread");
  EXPECT_EQ(workers["count"], 8);
  EXPECT_EQ(workers["signature"], "5f1c09aa31d2");
  EXPECT_EQ(workers["state"], "condvar");
  EXPECT_EQ(workers["detail"], "");
  EXPECT_EQ(workers["origin"], "WorkerPool.Restarts");
  EXPECT_EQ(workers["deadlock"], false);
  EXPECT_EQ(workers["hint"], Workers(8).hint);
  EXPECT_EQ(workers["stack_missing"], "");
  EXPECT_EQ(workers["units"].size(), 8U);
  EXPECT_EQ(workers["units"][0], json::parse(R"json({"id":4121,"name":"pool-worker",
      "state":"condvar","detail":"","waits_at":"","held_by":null,"age_ms":1003})json"));
  EXPECT_EQ(workers["stack"].size(), WorkerStack().size());
  EXPECT_EQ(workers["stack"][4], json::parse(R"json({"function":"pool::WorkerPool::Run()",
      "file":"src/pool.cc","line":63,"module":"pool_test","module_offset":4096,
      "inlined":false,"guessed":false,"runtime":false
})json"));
  EXPECT_EQ(workers["created_by"].size(), CreationStack().size());
  EXPECT_EQ(workers["ignore"],
            json({"thread_name:pool-worker", "created_by:pool::WorkerPool::Start",
                  "signature:5f1c09aa31d2"}));

  const json& server = test["groups"][1];
  EXPECT_EQ(server["deadlock"], true);
  EXPECT_EQ(server["detail"], "descriptor 5, listening TCP 127.0.0.1:8080");
  EXPECT_EQ(server["stack_missing"], "why");
  EXPECT_EQ(server["created_by"], json::array());
  EXPECT_EQ(test["deadlocks"], json::array());
}

TEST(JsonReportTest, DeadlocksAreEdgesBetweenThreads) {
  LeakReport report;
  report.verdict = Verdict::kLeak;
  report.deadlocks = {LockCycle(), AbandonedMutex()};
  report.groups.push_back(Server());
  const json deadlocks = json::parse(report.ToJson())["tests"][0]["deadlocks"];
  ASSERT_EQ(deadlocks.size(), 2U);
  EXPECT_EQ(deadlocks[0]["kind"], "cycle");
  ASSERT_EQ(deadlocks[0]["edges"].size(), 2U);
  json edge = deadlocks[0]["edges"][0];
  EXPECT_EQ(edge["waiter_stack"][1]["function"], "bank::Transfer(Account&, Account&)");
  EXPECT_EQ(edge["holder_stack"][1]["function"], "bank::Audit()");
  edge.erase("waiter_stack");
  edge.erase("holder_stack");
  EXPECT_EQ(edge, json::parse(R"json({"waiter":4129,"waiter_name":"transfer","state":"mutex",
      "waits_at":"0x55c0","holder":4130,"holder_name":"audit","holder_ended":false})json"));
  EXPECT_EQ(deadlocks[0]["edges"][1]["holder"], 4129);
  EXPECT_EQ(deadlocks[1]["kind"], "owner_ended");
  EXPECT_EQ(deadlocks[1]["edges"][0]["holder_ended"], true);
}

TEST(JsonReportTest, AUnitNamesWhoHoldsWhatItWaitsFor) {
  LeakReport report = TwoLeaks();
  report.groups[0].units = LockCycle().units;
  const json unit = json::parse(report.ToJson())["tests"][0]["groups"][0]["units"][0];
  EXPECT_EQ(unit["waits_at"], "0x55c0");
  EXPECT_EQ(unit["held_by"], json::parse(R"json({"id":4130,"name":"audit","ended":false,
      "state":"mutex"})json"));
}

TEST(JsonReportTest, SumsUpARun) {
  LeakReport hang = TwoLeaks();
  hang.verdict = Verdict::kHang;
  hang.notes = {"same", "other"};
  LeakReport clean;
  clean.notes = {"same"};
  const json document = json::parse(
      JsonDocument({clean, TwoLeaks(), hang}, {{.name = "A"}, {.name = "B", .times = 6}}));
  EXPECT_EQ(document["summary"],
            json::parse(R"json({"tests":7,"leaking_tests":2,"groups":4,"leaks":18})json"));
  EXPECT_EQ(document["tests"][1]["verdict"], "hang");
  EXPECT_EQ(document["notes"], json({"same", "other"}));
}

TEST(JsonReportTest, ReplacesInvalidUtf8AndEscapesControls) {
  LeakReport report = TwoLeaks();
  report.groups[1].units[0].name = "a\xff\x1b";
  const std::string text = report.ToJson();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(json::parse(text)["tests"][0]["groups"][1]["units"][0]["name"], "a\xef\xbf\xbd\x1b");
}

TEST(JsonReportTest, EveryStateAndKindHasItsOwnName) {
  std::set<std::string_view> names;
  for (int state = 0; state <= static_cast<int>(WaitState::kQueued); ++state)
    names.insert(ToString(static_cast<WaitState>(state)));
  EXPECT_EQ(names.size(), 24U);
  EXPECT_EQ(ToString(WaitState::kWaitChild), "wait_child");
  EXPECT_EQ(ToString(UnitKind::kThread), "thread");
  EXPECT_EQ(ToString(UnitKind::kUnjoinedThread), "unjoined_thread");
  EXPECT_EQ(ToString(UnitKind::kTask), "task");
  EXPECT_EQ(ToString(UnitKind::kDescriptor), "descriptor");
}

}  // namespace
}  // namespace taskleak::report
