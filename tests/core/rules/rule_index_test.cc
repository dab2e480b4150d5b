#include "rules/rule_index.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/pattern.h"
#include "rules/rule_match.h"

namespace taskleak::rules {
namespace {

using ::testing::UnorderedElementsAreArray;
using Random = std::mt19937;

// Returns a text of few different letters, so that rules match often, and often several at once.
std::string RandomText(Random& random, const std::string& letters, std::size_t most) {
  std::string text(1 + random() % most, ' ');
  std::generate(text.begin(), text.end(), [&] { return letters[random() % letters.size()]; });
  return text;
}

IgnoreRule RandomRule(Random& random) {
  static const std::vector<std::string> kinds = {
      "thread_name:", "top_function:", "function:", "created_by:", "module:", "signature:"};
  const std::string form = random() % 8 == 0 ? "re:" : "";
  const std::string& kind = kinds[random() % kinds.size()];
  std::string letters = form.empty() ? "aab*?" : "ab";
  if (kind != "signature:") letters += ':';
  return IgnoreRule::Parse(kind + form + RandomText(random, letters, 5));
}

symbolize::ResolvedStack RandomStack(Random& random) {
  std::vector<Frame> frames(random() % 5);
  symbolize::ResolvedStack stack;
  for (Frame& frame : frames) {
    stack.plain_names.push_back(RandomText(random, "ab:", 6));
    frame.function = stack.plain_names.back() + "(int)";
    frame.module = RandomText(random, "ab", 4);
    frame.runtime = random() % 4 == 0;
  }
  stack.stack = Stack(std::move(frames));
  return stack;
}

TEST(RuleIndexTest, FindsWhatAskingEachRuleFinds) {
  Random random(1);
  std::size_t found_some = 0;
  for (int round = 0; round < 300; ++round) {
    RuleIndex index;
    std::vector<IgnoreRule> rules;
    for (int i = 0; i < 12; ++i) index.Add(rules.emplace_back(RandomRule(random)));
    const symbolize::ResolvedStack stack = RandomStack(random);
    const symbolize::ResolvedStack created_by = RandomStack(random);
    Unit unit;
    unit.name = RandomText(random, "ab:", 6);
    const std::string signature = RandomText(random, "ab", 4);
    const UnitView view{
        .unit = unit, .stack = stack, .created_by = created_by, .signature = signature};
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (RuleMatches(rules[i], view)) expected.push_back(i);
    }
    std::vector<std::size_t> found;
    index.FindAll(view, [&found](std::size_t number) { found.push_back(number); });
    ASSERT_THAT(found, UnorderedElementsAreArray(expected)) << "round " << round;
    ASSERT_EQ(index.FindFirst(view),
              expected.empty() ? std::nullopt : std::optional(expected.front()));
    found_some += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(found_some, 100U);
}

TEST(PatternLiteralTest, IsTheLongestPartWithoutWildcards) {
  EXPECT_EQ(Pattern("a*long?b").Literal(), "long");
  EXPECT_EQ(Pattern("plain").Literal(), "plain");
  EXPECT_EQ(Pattern("*?*").Literal(), "");
  EXPECT_EQ(Pattern("re:long").Literal(), "");
}

}  // namespace
}  // namespace taskleak::rules
