#include "check/known_threads.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace taskleak::check {
namespace {

TEST(KnownThreadsTest, EveryEntryHasItsOwnNameAWordForPeopleAndRules) {
  std::set<std::string_view> names;
  for (const KnownThreads& known : AllKnownThreads()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_FALSE(known.what.empty()) << known.name;
    EXPECT_FALSE(known.rules.empty()) << known.name;
  }
}

TEST(KnownThreadsTest, ThreadNamesFitInWhatTheKernelKeeps) {
  constexpr std::size_t kCommLength = 15;
  constexpr std::string_view kKind = "thread_name:";
  for (const KnownThreads& known : AllKnownThreads()) {
    for (const IgnoreRule& rule : known.rules) {
      const std::string text = rule.ToString();
      if (!text.starts_with(kKind) || text.back() == '*') continue;
      EXPECT_LE(text.size() - kKind.size(), kCommLength) << text;
    }
  }
}

}  // namespace
}  // namespace taskleak::check
