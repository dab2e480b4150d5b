#include "suspicions.h"

#include <gtest/gtest.h>

namespace taskleak::live {
namespace {

TEST(FindingsTest, OneWatchDoesNotChangeWhatAnotherOneFinds) {
  const StuckCounts::key_type lost{UnitKind::kTask, StuckReason::kLost};
  EXPECT_FALSE(Stuck());
  {
    Findings first;
    first.SetSuspected("growth", 5);
    first.SetStuck({{lost, 3}});
    {
      Findings second;
      second.SetSuspected("growth", 2);
      second.SetStuck({});
      EXPECT_EQ(Suspected().at("growth"), 5U);
      EXPECT_EQ(Stuck().value().at(lost), 3U);
    }
    EXPECT_EQ(Suspected().at("growth"), 5U);
    EXPECT_EQ(Stuck().value().at(lost), 3U);
  }
  EXPECT_EQ(Suspected().at("growth"), 0U);
  EXPECT_FALSE(Stuck());
}

}  // namespace
}  // namespace taskleak::live
