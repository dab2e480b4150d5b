#include "alive/background_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::alive {
namespace {

using ::testing::ElementsAre;

constexpr platform::ThreadId kFirst{1, 10};
constexpr platform::ThreadId kSecond{2, 20};
constexpr platform::ThreadId kSameNumber{2, 30};

TEST(BackgroundIdsTest, ThoseThatHaveEndedAreDropped) {
  BackgroundIds ids;
  EXPECT_EQ(ids.Load(), nullptr);
  EXPECT_EQ(ids.Update({kFirst, kSecond}, nullptr, nullptr), 2U);
  const auto known = ids.Load();
  const platform::ThreadIds living{kFirst, kSameNumber};
  EXPECT_EQ(ids.Update({kFirst}, known.get(), &living), 0U);
  EXPECT_THAT(*ids.Load(), ElementsAre(kFirst));
}

TEST(BackgroundIdsTest, OneThatIsAddedWhileTheLivingAreListedIsKept) {
  BackgroundIds ids;
  ids.Update({kFirst}, nullptr, nullptr);
  const auto known = ids.Load();
  const platform::ThreadIds living{kFirst};  // the second is born after that
  ids.Update({kSecond}, nullptr, nullptr);
  EXPECT_EQ(ids.Update({kFirst}, known.get(), &living), 0U);
  EXPECT_THAT(*ids.Load(), ElementsAre(kFirst, kSecond));
}

}  // namespace
}  // namespace taskleak::alive
