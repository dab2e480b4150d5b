// A chain is found even if it is handed on during a look.
#include "alive/sure_look.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::alive {
namespace {

MarkedLook Empty(std::uint64_t births, registry::Epoch epoch = 1) {
  return {.births = {.births = births, .next_thread = 1, .epoch = epoch, .listed = nullptr},
          .left = {}};
}

MarkedLook Finds(int tid, std::uint64_t births) {
  MarkedLook look = Empty(births);
  look.left.push_back(LiveThread{{tid, 1}, "straggler"});
  return look;
}

// Plays back looks, and repeats the last one.
class Played {
 public:
  explicit Played(std::vector<MarkedLook> looks) : looks_(std::move(looks)) {}
  Stragglers Look(const BirthMark& before = {}) {
    return LookUntilSure([this] { return looks_[std::min(count_++, looks_.size() - 1)]; }, before);
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::vector<MarkedLook> looks_;
  std::size_t count_ = 0;
};

TEST(SureLookTest, WithoutAnyBirthOneLookIsEnough) {
  Played played({Empty(7)});
  EXPECT_TRUE(played.Look(Empty(7).births).empty());
  EXPECT_EQ(played.count(), 1U);
}

TEST(SureLookTest, AStragglerIsFoundAtOnce) {
  Played played({Finds(5, 8)});
  EXPECT_EQ(played.Look(Empty(7).births).size(), 1U);
  EXPECT_EQ(played.count(), 1U);
}

TEST(SureLookTest, AThreadStartedSinceTheListWasTakenIsFound) {
  Played played({Empty(8), Finds(5, 9)});
  EXPECT_EQ(played.Look(Empty(7).births).size(), 1U);
}

// The thread was still being created at the first look.
TEST(SureLookTest, AThreadThatShowsLaterIsFound) {
  Played played({Empty(8), Empty(8), Finds(5, 8)});
  EXPECT_EQ(played.Look(Empty(7).births).size(), 1U);
}

TEST(SureLookTest, ATaskBornSinceCountsAsABirth) {
  Played played({Empty(8, 1), Empty(8, 2), Empty(8, 2), Finds(5, 8)});
  EXPECT_EQ(played.Look(Empty(7).births).size(), 1U);
}

TEST(SureLookTest, ThreeEmptyLooksWithoutABirthAreSure) {
  Played played({Empty(8), Empty(9), Empty(9), Empty(9), Finds(5, 9)});
  EXPECT_TRUE(played.Look(Empty(7).births).empty());
  EXPECT_EQ(played.count(), 4U);
}

TEST(SureLookTest, WhereTheKernelShowsNoBirthsOneLookIsNotEnough) {
  Played played({Empty(0), Finds(5, 0)});
  EXPECT_EQ(played.Look(Empty(0).births).size(), 1U);
}

TEST(SureLookTest, BirthsWithoutEndDoNotKeepItLooking) {
  std::uint64_t births = 1;
  EXPECT_TRUE(LookUntilSure([&births] { return Empty(++births); }, {}).empty());
  registry::Epoch epoch = 1;
  EXPECT_TRUE(LookUntilSure([&epoch] { return Empty(8, ++epoch); }, {}).empty());
}

// Returns how many units are found if the thousandth look finds one, and those before it none.
template <typename Empty>
std::size_t FoundAfter(Empty empty) {
  std::uint64_t looks = 0;
  return LookUntilSure([&] { return ++looks < 1000 ? empty(looks) : Finds(5, looks); }, {}).size();
}

TEST(SureLookTest, OwnBirthsAreLookedIntoForLongerThanThoseOfOtherProcesses) {
  EXPECT_EQ(FoundAfter([](std::uint64_t look) { return Empty(8, look); }), 1U);
  EXPECT_EQ(FoundAfter([](std::uint64_t look) { return Empty(look); }), 0U);
}

TEST(SureLookTest, OwnBirthsShowInTheListOfThreadsToo) {
  const auto listed = [](std::uint64_t look) {
    MarkedLook empty = Empty(look);
    empty.births.listed = std::make_shared<platform::ThreadIds>();
    return empty;
  };
  EXPECT_EQ(FoundAfter(listed), 1U);
}

TEST(SureLookTest, SlowLooksEndAfterAWhileThoughBirthsGoOn) {
  std::uint64_t looks = 0;
  const auto look = [&looks] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // as on a very busy machine
    return Empty(8, ++looks);
  };
  EXPECT_TRUE(LookUntilSure(look, {}).empty());
  EXPECT_LT(looks, 100U);
}

TEST(SureLookTest, AFailedLookIsNotRepeated) {
  MarkedLook failed = Empty(8);
  failed.failure = Error{EMFILE};
  Played played({failed});
  EXPECT_TRUE(played.Look().empty());
  EXPECT_EQ(played.count(), 1U);
}

}  // namespace
}  // namespace taskleak::alive
