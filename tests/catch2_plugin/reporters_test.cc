// Every reporter counts a leak, attributes it to its test case, and shows it in a readable way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <nlohmann/json.hpp>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Catch2Reporters : public Catch2Test {
 protected:
  /// Runs one clean test case, and one that leaks and has no assertions.
  Outcome RunWith(const std::string& reporter) {
    Outcome outcome =
        Run(IsV2() ? "all_reporters" : "leaky_tests", {"[clean],[silent]", "--reporter", reporter});
    EXPECT_NE(outcome.exit_code, 0) << reporter;
    return outcome;
  }
};
TASKLEAK_CATCH2_VERSIONS(Catch2Reporters);

const char* const kReport = "[1] 1 thread \"silent\"";

TEST_P(Catch2Reporters, Console) {
  EXPECT_THAT(RunWith("console").out,
              AllOf(HasSubstr(kReport), HasSubstr("leaks without assertions\n"),
                    HasSubstr("test cases: 2 | 1 passed | 1 failed\n"),
                    HasSubstr("assertions: 2 | 1 passed | 1 failed\n")));
}

TEST_P(Catch2Reporters, Compact) {
  EXPECT_THAT(RunWith("compact").out,
              AllOf(HasSubstr(kReport), HasSubstr("leaky_tests.cc:"),
                    testing::AnyOf(HasSubstr("assertions: 2 | 1 passed | 1 failed"),
                                   HasSubstr("failed 1 assertion"))));
}

TEST_P(Catch2Reporters, Xml) {
  EXPECT_THAT(FailuresOf({"[clean],[silent]"}),
              ElementsAre(Pair("clean", IsEmpty()),
                          Pair("leaks without assertions", ElementsAre(HasSubstr(kReport)))));
  EXPECT_THAT(RunWith("xml").out,
              AllOf(HasSubstr("<OverallResults successes=\"1\" failures=\"1\""),
                    HasSubstr("<OverallResultsCases successes=\"1\" failures=\"1\"")));
}

TEST_P(Catch2Reporters, JUnitHasATestWithoutAssertionsOfItsOwnToo) {
  tinyxml2::XMLDocument document;
  const Outcome outcome = RunWith("junit");
  ASSERT_EQ(document.Parse(outcome.out.c_str()), tinyxml2::XML_SUCCESS) << outcome.out;
  const auto* suite = document.RootElement();
  if (std::string(suite->Name()) != "testsuite") suite = suite->FirstChildElement("testsuite");
  EXPECT_STREQ(suite->Attribute("failures"), "1");
  EXPECT_STREQ(suite->Attribute("tests"), "2");
  std::map<std::string, std::string> failures;
  for (auto* test = suite->FirstChildElement("testcase"); test != nullptr;
       test = test->NextSiblingElement("testcase")) {
    const auto* const failure = test->FirstChildElement("failure");
    failures[test->Attribute("name")] = failure == nullptr ? "" : failure->GetText();
  }
  EXPECT_THAT(failures, ElementsAre(Pair("clean", IsEmpty()),
                                    Pair("leaks without assertions", HasSubstr(kReport))));
}

TEST_P(Catch2Reporters, Tap) {
  EXPECT_THAT(RunWith("tap").out, AllOf(HasSubstr("# leaks without assertions\nnot ok 2 - "),
                                        HasSubstr(kReport), HasSubstr("\n1..2\n")));
}

TEST_P(Catch2Reporters, SonarQube) {
  tinyxml2::XMLDocument document;
  const Outcome outcome = RunWith("sonarqube");
  ASSERT_EQ(document.Parse(outcome.out.c_str()), tinyxml2::XML_SUCCESS) << outcome.out;
  const auto* const file = document.RootElement()->FirstChildElement("file");
  ASSERT_NE(file, nullptr);
  const auto* const clean = file->FirstChildElement("testCase");
  const auto* const leaky = clean->NextSiblingElement("testCase");
  ASSERT_NE(leaky, nullptr) << outcome.out;
  EXPECT_EQ(clean->FirstChildElement(), nullptr);
  EXPECT_STREQ(leaky->Attribute("name"), "leaks without assertions");
  EXPECT_THAT(leaky->FirstChildElement("failure")->GetText(), HasSubstr(kReport));
}

TEST_P(Catch2Reporters, TeamCity) {
  EXPECT_THAT(RunWith("teamcity").out,
              AllOf(HasSubstr("testFailed name='leaks without assertions'"),
                    HasSubstr("|[1|] 1 thread \"silent\"")));
}

TEST_P(Catch2Reporters, AutomakeShowsNoMessagesSoTheReportIsOnStandardError) {
  const Outcome outcome = RunWith("automake");
  EXPECT_THAT(outcome.out, HasSubstr(":test-result: FAIL leaks without assertions\n"));
  if (!IsV2()) {
    EXPECT_THAT(outcome.err, HasSubstr(kReport));
  }
}

TEST_P(Catch2Reporters, JsonShowsNoMessagesSoTheReportIsOnStandardError) {
  if (Run("leaky_tests", {"--list-reporters"}).out.find("JSON") == std::string::npos)
    GTEST_SKIP() << "Catch2 before 3.5 has no such reporter";
  const Outcome outcome = RunWith("json");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(kReport), HasSubstr("leaky_tests.cc:")));
  const auto run = nlohmann::json::parse(outcome.out).at("test-run");
  EXPECT_EQ(run.at("totals").at("assertions").at("failed"), 1);
  EXPECT_EQ(run.at("totals").at("test-cases").at("failed"), 1);
  const auto& leaky = run.at("test-cases").at(1);
  EXPECT_EQ(leaky.at("test-info").at("name"), "leaks without assertions");
  EXPECT_EQ(leaky.at("totals").at("assertions").at("failed"), 1);
}

TEST_P(Catch2Reporters, SeveralAtOnceAgree) {
  if (IsV2()) GTEST_SKIP() << "Catch2 2 takes one reporter";
  const std::string xml = directory_.File("xml");
  const std::string tap = directory_.File("tap");
  const Outcome outcome = Run("leaky_tests", {"[clean],[silent]", "-r", "console", "-r",
                                              "xml::out=" + xml, "-r", "tap::out=" + tap});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr(kReport));
  EXPECT_THAT(ReadFile(tap), HasSubstr(kReport));
  EXPECT_THAT(FailuresInCatch2Xml(xml),
              ElementsAre(Pair("clean", IsEmpty()),
                          Pair("leaks without assertions", ElementsAre(HasSubstr(kReport)))));
}

}  // namespace
}  // namespace taskleak
