#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <set>

#include "core/report/made_reports.h"
#include "format.h"
#include "report/json_report.h"
#include "terminal.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using report::TwoLeaks;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TestEntry Entry(const LeakReport& report) {
  return ReadTestEntry(Json::parse(report.ToJson())["tests"][0]);
}

RunReport RunWith(const std::vector<LeakReport>& reports) {
  RunReport run;
  for (const LeakReport& report : reports) run.tests.push_back(Entry(report));
  run.checked = {{.name = "WorkerPool.Restarts"}, {.name = "WorkerPool.Starts", .times = 2}};
  return run;
}

/// Returns a report in which every text needs escaping in every format.
LeakReport Nasty() {
  LeakReport report = TwoLeaks();
  report.test = "a <b> & \"c\"\n%0A,:;]]></script><script>alert(1)</script>\xEF\xBF\xBF";
  report.groups.resize(1);
  report.groups[0].units[0].name = "n;\x01\xff%";
  report.groups[0].units[0].stack =
      Stack({report::UserFrame("f<a, b>(int;\n)", "/src/a b%.cc", 7)});
  return report;
}

LeakReport CouldNotLook() {
  LeakReport report;
  report.test = "Unseen.Test";
  report.verdict = Verdict::kCouldNotLook;
  report.could_not_look = "no /proc";
  return report;
}

/// Returns a report of `count` tests, each with a leak of its own.
RunReport ManyLeaks(std::size_t count) {
  std::vector<LeakReport> reports;
  for (std::size_t i = 0; i < count; ++i) {
    LeakReport report = TwoLeaks();
    report.test = "Many.Test" + std::to_string(i);
    report.groups.resize(1);
    report.groups[0].signature = "sig" + std::to_string(i);
    reports.push_back(report);
  }
  return RunWith(reports);
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(TextFormat, IsTheReportsAndASummary) {
  const std::string text = FormatText(RunWith({TwoLeaks()}), {});
  EXPECT_THAT(text, testing::StartsWith(TwoLeaks().ToText()));
  EXPECT_THAT(text, HasSubstr("2 leaks in 1 of 3 checks (tests, suites and runs): 9 threads\n"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(TextFormat, HasColorsOnlyWhenAsked) {
  EXPECT_THAT(Rendered(FormatText(RunWith({TwoLeaks()}), {}), {.width = 0, .color = true}),
              HasSubstr("\033[1;31m2 leaks"));
}

TEST(TextFormat, SaysThatNothingWasFoundOrLookedAt) {
  EXPECT_EQ(FormatText(RunWith({}), {}), "no leaks in 3 checks (tests, suites and runs)\n");
  EXPECT_EQ(FormatText({}, {}), "nothing was looked at\n");
  EXPECT_THAT(FormatText(RunWith({CouldNotLook()}), {}),
              HasSubstr("0 leaks in 1 of 3 checks (tests, suites and runs)\n"
                        "1 check could not be made\n"));
}

TEST(TextFormat, CountsWhatIsLeftByItsKind) {
  LeakReport tasks = TwoLeaks();
  tasks.groups.resize(1);
  for (Unit& unit : tasks.groups[0].units) unit.kind = UnitKind::kTask;
  EXPECT_THAT(
      FormatText(RunWith({TwoLeaks(), tasks}), {}),
      HasSubstr("3 leaks in 2 of 3 checks (tests, suites and runs): 9 threads and 8 tasks"));
}

TEST(JsonFormat, IsADocumentWithTheSameContent) {
  const Json document = Json::parse(FormatJson(RunWith({TwoLeaks()}), {}));
  const Json original = Json::parse(TwoLeaks().ToJson());
  EXPECT_EQ(document["tests"], original["tests"]);
  EXPECT_EQ(document["summary"],
            Json::parse(R"({"tests":3,"leaking_tests":1,"groups":2,"leaks":9})"));
  EXPECT_EQ(document["checked"][1]["times"], 2);
}

TEST(JunitFormat, HasAFailureForALeakAndPassesForTheRest) {
  const std::string xml = FormatJunit(RunWith({TwoLeaks(), CouldNotLook()}), {});
  tinyxml2::XMLDocument document;
  ASSERT_EQ(document.Parse(xml.c_str()), tinyxml2::XML_SUCCESS) << xml;
  const auto* suite = document.RootElement()->FirstChildElement("testsuite");
  EXPECT_EQ(suite->IntAttribute("tests"), 3);
  EXPECT_EQ(suite->IntAttribute("failures"), 1);
  EXPECT_EQ(suite->IntAttribute("errors"), 1);
  const auto* failing = suite->FirstChildElement("testcase");
  EXPECT_STREQ(failing->Attribute("classname"), "WorkerPool");
  EXPECT_STREQ(failing->Attribute("name"), "Restarts");
  EXPECT_STREQ(failing->Attribute("file"), "src/pool.cc");
  EXPECT_EQ(failing->IntAttribute("line"), 41);
  EXPECT_EQ(failing->FirstChildElement("failure")->GetText(), TwoLeaks().ToText());
  const auto* unseen = failing->NextSiblingElement();
  EXPECT_NE(unseen->FirstChildElement("error"), nullptr);
  const auto* passed = unseen->NextSiblingElement();
  EXPECT_STREQ(passed->Attribute("name"), "Starts");
  EXPECT_EQ(passed->FirstChildElement(), nullptr);
}

TEST(JunitFormat, IsWellFormedWhateverTheTextsAre) {
  tinyxml2::XMLDocument document;
  const std::string xml = FormatJunit(RunWith({Nasty()}), {});
  ASSERT_EQ(document.Parse(xml.c_str()), tinyxml2::XML_SUCCESS) << xml;
  EXPECT_THAT(
      xml, AllOf(Not(HasSubstr("\x01")), Not(HasSubstr("\xff")), Not(HasSubstr("\xEF\xBF\xBF"))));
  const auto* failing =
      document.RootElement()->FirstChildElement("testsuite")->FirstChildElement("testcase");
  EXPECT_THAT(failing->Attribute("name"), testing::StartsWith("a <b> & \"c\"\n%0A,:;]]></script>"));
}

TEST(GithubFormat, AnnotatesTheLineThatCreatedTheThreads) {
  const std::string text = FormatGithub(RunWith({TwoLeaks()}), {});
  EXPECT_THAT(text,
              testing::StartsWith(
                  "::error file=src/pool.cc,line=41,title=8 threads \"pool-worker\" waiting on "
                  "a condition variable left by WorkerPool.Restarts::1 leak, 8 threads"));
  EXPECT_EQ(Count(text, "\n"), 2U);
}

TEST(GithubFormat, EscapesWhatACommandCannotHold) {
  const std::string text = FormatGithub(RunWith({Nasty()}), {});
  EXPECT_EQ(Count(text, "\n"), 1U);
  EXPECT_THAT(text, AllOf(HasSubstr("%250A%2C%3A;"), Not(HasSubstr("\x01"))));
}

TEST(GithubFormat, IsOneAnnotationForOneLeakOfManyTests) {
  LeakReport other = TwoLeaks();
  other.test = "Other.Test";
  const std::string text = FormatGithub(RunWith({TwoLeaks(), other}), {});
  EXPECT_EQ(Count(text, "::error "), 2U);
  EXPECT_THAT(text, HasSubstr("left by WorkerPool.Restarts and 1 more test::"));
}

TEST(GithubFormat, HasAtMostTenAnnotations) {
  EXPECT_EQ(Count(FormatGithub(ManyLeaks(10), {}), "::error "), 10U);
  const std::string text = FormatGithub(ManyLeaks(30), {});
  EXPECT_EQ(Count(text, "::error "), 10U);
  EXPECT_THAT(text, HasSubstr("and 21 more"));
}

TEST(GitlabFormat, HasWhatGitlabRequires) {
  const Json issues = Json::parse(FormatGitlab(RunWith({TwoLeaks(), Nasty()}), {}));
  ASSERT_EQ(issues.size(), 2U);  // both reports have the same leak
  EXPECT_EQ(issues[0]["fingerprint"], "taskleak-5f1c09aa31d2");
  EXPECT_EQ(issues[0]["location"]["path"], "src/pool.cc");
  EXPECT_EQ(issues[0]["location"]["lines"]["begin"], 41);
  EXPECT_EQ(issues[0]["severity"], "major");
  EXPECT_THAT(issues[0]["description"].get<std::string>(), HasSubstr("pool-worker"));
  EXPECT_EQ(issues[0]["check_name"], "taskleak-thread");
}

TEST(SarifFormat, HasAResultForEachLeak) {
  const Json run = Json::parse(FormatSarif(RunWith({TwoLeaks()}), {}))["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["name"], "taskleak");
  ASSERT_EQ(run["results"].size(), 2U);
  const Json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "thread");
  EXPECT_EQ(result["partialFingerprints"]["taskleakSignature/v1"], "5f1c09aa31d2");
  const Json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "src/pool.cc");
  EXPECT_EQ(place["region"]["startLine"], 41);
  EXPECT_EQ(result["stacks"].size(), 2U);
}

TEST(SarifFormat, WritesPathsAsUris) {
  LeakReport report = Nasty();
  report.groups[0].units[0].created_by = {};
  const Json document = Json::parse(FormatSarif(RunWith({report}), {}));
  const Json& frame = document["runs"][0]["results"][0]["stacks"][0]["frames"][0];
  EXPECT_EQ(frame["location"]["physicalLocation"]["artifactLocation"]["uri"],
            "file:///src/a%20b%25.cc");
}

TEST(SarifFormat, NamesFilesBelowTheRootRelativeToIt) {
  const Json document = Json::parse(
      FormatSarif(RunWith({Nasty()}), {.verbose = false, .root = "/src", .baseline = {}}));
  const Json& frame = document["runs"][0]["results"][0]["stacks"][0]["frames"][0];
  EXPECT_EQ(frame["location"]["physicalLocation"]["artifactLocation"]["uri"], "a%20b%25.cc");
}

TEST(FoldedFormat, CountsEqualStacks) {
  LeakReport report = TwoLeaks();
  report.groups[1].units[0].stack =
      Stack({report::UserFrame("inner;part"), report::UserFrame("outer")});
  const std::string text = FormatFolded(RunWith({report, report}), {});
  EXPECT_THAT(text,
              testing::StartsWith("http;outer;inner:part 2\npool-worker;clone3;start_thread;"));
  EXPECT_THAT(text, testing::EndsWith("pthread_cond_wait;__futex_abstimed_wait_common 16\n"));
}

TEST(SpeedscopeFormat, RefersToSharedFrames) {
  const Json document = Json::parse(FormatSpeedscope(RunWith({TwoLeaks()}), {}));
  const std::size_t frames = document["shared"]["frames"].size();
  const Json& profile = document["profiles"][0];
  EXPECT_EQ(profile["samples"].size(), 9U);
  EXPECT_EQ(profile["weights"].size(), 9U);
  EXPECT_EQ(profile["endValue"], 9);
  for (const Json& sample : profile["samples"]) {
    for (const Json& index : sample) EXPECT_LT(index.get<std::size_t>(), frames);
  }
  const std::size_t outermost = profile["samples"][0][0];
  EXPECT_EQ(document["shared"]["frames"][outermost]["name"], "clone3");
}

TEST(HtmlFormat, HoldsTheReportAndCannotBeBrokenOutOf) {
  const std::string html = FormatHtml(RunWith({Nasty()}), {});
  EXPECT_EQ(Count(html, "</script>"), 2U);
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = html.find(open) + open.size();
  const Json data = Json::parse(html.substr(begin, html.find("</script>") - begin));
  EXPECT_EQ(data["rows"].size(), 1U);
  EXPECT_EQ(data["checked"].size(), 2U);
}

TEST(HtmlFormat, MarksWhatIsNewAgainstABaseline) {
  const RunReport report = RunWith({TwoLeaks()});
  LeakTable leaks;
  leaks.OnTest(report.tests[0].json);
  Baseline known;
  known.Accept(leaks, rules::Today(), "");
  const auto data_with = [&report](Baseline baseline) {
    const std::string html =
        FormatHtml(report, {.verbose = false, .root = "", .baseline = {{"known.txt", baseline}}});
    const std::size_t begin = html.find("id=\"data\">") + 10;
    return Json::parse(html.substr(begin, html.find("</script>") - begin));
  };
  EXPECT_EQ(data_with(Baseline())["rows"][0]["status"], "new");
  EXPECT_EQ(data_with(Baseline())["baseline"]["fresh"], 2);
  EXPECT_EQ(data_with(known)["rows"][0]["status"], "known");
  EXPECT_EQ(data_with(known)["baseline"]["known"], 2);
}

TEST(HtmlFormat, WhatIsOnlyAliveIsNeitherNewNorKnown) {
  LeakReport look = TwoLeaks();
  look.verdict = Verdict::kAlive;
  const std::string html = FormatHtml(
      RunWith({look}), {.verbose = false, .root = "", .baseline = {{"known.txt", Baseline()}}});
  const std::size_t begin = html.find("id=\"data\">") + 10;
  const Json data = Json::parse(html.substr(begin, html.find("</script>") - begin));
  EXPECT_FALSE(data["rows"][0].contains("status"));
  EXPECT_EQ(data["baseline"]["fresh"], 0);
}

// Frames and stacks that many leaks share are written once.
TEST(HtmlFormat, HasEachStackOnce) {
  const std::string one = FormatHtml(RunWith({TwoLeaks()}), {});
  const std::string many = FormatHtml(RunWith(std::vector<LeakReport>(50, TwoLeaks())), {});
  EXPECT_EQ(Count(many, "pool::WorkerPool::Run()"), Count(one, "pool::WorkerPool::Run()"));
}

TEST(HtmlFormat, AsksForNothingElse) {
  const std::string html = FormatHtml(RunWith({TwoLeaks()}), {});
  for (const char* const reference : {"src=", "@import", "url(http", "fetch("})
    EXPECT_THAT(html, Not(HasSubstr(reference)));
}

}  // namespace
}  // namespace taskleak::cli
