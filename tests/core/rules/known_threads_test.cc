#include "rules/known_threads.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace taskleak::rules {
namespace {

TEST(KnownThreadsTest, EveryEntryHasItsOwnNameAWordForPeopleAndRules) {
  std::set<std::string_view> names;
  for (const KnownThreads& known : AllKnownThreads()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_FALSE(known.what.empty()) << known.name;
    const int forms = (known.rules.empty() ? 0 : 1) + (known.commands.empty() ? 0 : 1) +
                      (known.is == nullptr || known.how.empty() ? 0 : 1);
    EXPECT_EQ(forms, 1) << known.name;
  }
}

TEST(KnownThreadsTest, ThreadNamesFitInWhatTheKernelKeeps) {
  constexpr std::size_t kCommLength = 15;
  for (const KnownThreads& known : AllKnownThreads()) {
    for (const KnownRule& rule : known.rules) {
      for (const Pattern& name : rule.names) {
        if (name.text().back() == '*') continue;
        EXPECT_LE(name.text().size(), kCommLength) << name.text();
      }
    }
  }
}

// Any program may use the same thread name.
TEST(KnownThreadsTest, EveryRuleNamesTheCode) {
  for (const KnownThreads& known : AllKnownThreads()) {
    for (const KnownRule& rule : known.rules)
      EXPECT_FALSE(rule.modules.empty() && rule.functions.empty()) << known.name;
  }
}

}  // namespace
}  // namespace taskleak::rules
