// The names that Catch2's macros make up for functions: in no signature and no rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Catch2Names : public Catch2Test {
 protected:
  struct Found {
    nlohmann::json group;
    std::string text;
  };

  // The leak of the one test case with that tag, and what is printed.
  Found LeakOf(const std::string& program, const std::string& tag) {
    const std::string file = directory_.File(program + ".json");
    const Outcome outcome = Run(program, {tag}, "json=" + file);
    return {nlohmann::json::parse(ReadFile(file)).at("tests").at(0).at("groups").at(0),
            outcome.out};
  }
};
TASKLEAK_CATCH2_VERSIONS(Catch2Names);

TEST_P(Catch2Names, ASignatureStaysWhenTestCasesAreAddedAbove) {
  for (const std::string tag : {"[body]", "[fixture]", "[types]"}) {
    const auto before = LeakOf("numbered_tests", tag).group;
    const auto after = LeakOf("more_numbered_tests", tag).group;
    EXPECT_EQ(before.at("signature"), after.at("signature")) << tag << before << after;
    EXPECT_NE(before.at("former_signature"), after.at("former_signature")) << tag;
    EXPECT_EQ(before.at("ignore"), after.at("ignore")) << tag;
  }
}

TEST_P(Catch2Names, AReportShowsTheNameOfTheTestInstead) {
  const Found found = LeakOf("numbered_tests", "[body]");
  EXPECT_THAT(found.text, AllOf(HasSubstr("test \"a body starts a thread\"::{lambda}  "),
                                HasSubstr("test \"a body starts a thread\"  "),
                                HasSubstr("ignore: origin:a body starts a thread | signature:"),
                                Not(HasSubstr("C_A_T_C_H_")), Not(HasSubstr("CATCH2_INTERNAL"))));
}

TEST_P(Catch2Names, ARuleWithTheFormerSignatureOrANumberedNameStillMatches) {
  const auto group = LeakOf("numbered_tests", "[body]").group;
  std::string creator;
  for (const auto& frame : group.at("created_by")) {
    const std::string name = frame.at("function");
    if (name.starts_with("C_A_T_C_H_") || name.starts_with("CATCH2_INTERNAL_")) creator = name;
  }
  ASSERT_FALSE(creator.empty());
  creator.resize(creator.find('('));
  const std::string file = directory_.File("rules");
  for (const std::string& rule :
       {"signature:" + group.at("former_signature").get<std::string>(), "created_by:" + creator}) {
    std::ofstream(file) << rule << '\n';
    EXPECT_EQ(Run("numbered_tests", {"[body]"}, "suppressions=" + file).exit_code, 0) << rule;
    EXPECT_NE(Run("numbered_tests", {"[fixture]"}, "suppressions=" + file).exit_code, 0) << rule;
  }
}

}  // namespace
}  // namespace taskleak
