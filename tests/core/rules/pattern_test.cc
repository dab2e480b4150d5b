#include "rules/pattern.h"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::rules {
namespace {

struct Case {
  std::string pattern;
  std::string text;
  bool matches;
};

class PatternTest : public ::testing::TestWithParam<Case> {};

TEST_P(PatternTest, Matches) {
  EXPECT_EQ(Pattern(GetParam().pattern).Matches(GetParam().text), GetParam().matches)
      << GetParam().pattern << " against " << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Globs, PatternTest,
    ::testing::Values(Case{"pool", "pool", true}, Case{"pool", "pool-1", false},
                      Case{"pool", "a pool", false}, Case{"pool-*", "pool-", true},
                      Case{"pool-*", "pool-17", true}, Case{"*pool", "my pool", true},
                      Case{"*", "", true}, Case{"?", "", false}, Case{"a?c", "abc", true},
                      Case{"a?c", "ac", false}, Case{"*a*b*", "xxaxxbxx", true},
                      Case{"*a*b*", "xxbxxaxx", false}, Case{"Pool", "pool", false},
                      Case{"a.c", "abc", false}, Case{"*ab", "aab", true},
                      Case{"a*b*c", "abbbbd", false}));

INSTANTIATE_TEST_SUITE_P(RegularExpressions, PatternTest,
                         ::testing::Values(Case{"re:pool", "a pool!", true},
                                           Case{"re:^pool$", "a pool", false},
                                           Case{"re:worker-[0-9]+", "worker-12", true},
                                           Case{"re:worker-[0-9]+", "worker-x", false}));

INSTANTIATE_TEST_SUITE_P(FunctionsOfANamespaceRe, PatternTest,
                         ::testing::Values(Case{"re::Run", "re::Run", true},
                                           Case{"re::Run", "x::Run", false},
                                           Case{"re::Run::{lambda}", "re::Run::{lambda}", true}));

TEST(PatternTest, AnEmptyPatternIsAnError) {
  EXPECT_THROW(Pattern(""), std::invalid_argument);
  EXPECT_THROW(Pattern("re:"), std::invalid_argument);
}

TEST(PatternTest, ABadRegularExpressionIsAnErrorThatQuotesIt) {
  try {
    const Pattern pattern("re:a(b");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("\"a(b\""));
  }
}

// Trying one alternative after the other would take 2^60 steps.
TEST(PatternTest, ARegularExpressionTakesABoundedTime) {
  EXPECT_FALSE(Pattern("re:(a+)+$").Matches(std::string(60, 'a') + '!'));
}

TEST(PatternTest, ABackReferenceIsAnError) {
  EXPECT_THROW(Pattern(R"(re:(a)\1)"), std::invalid_argument);
}

}  // namespace
}  // namespace taskleak::rules
