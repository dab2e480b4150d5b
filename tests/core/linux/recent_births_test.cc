// Which numbers may still become a thread's.
#include "linux/proc/recent_births.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr RecentBirths::Clock::time_point kStart{};
constexpr std::size_t kMost = 8;

BirthCounter::Look GivenOut(std::uint64_t from, std::uint64_t to) {
  return BirthCounter::Compare(from, to, false);
}

std::vector<int> Kept(RecentBirths& births) {
  std::vector<int> kept;
  births.NoteFullList([&kept](int number) {
    kept.push_back(number);
    return false;
  });
  return kept;
}

TEST(RecentBirthsTest, ANumberThatIsNotFoundIsKeptWhateverIsBornAfterIt) {
  RecentBirths births;
  births.Note(GivenOut(100, 101), kMost, kStart);
  births.Note(GivenOut(101, 108), kMost, kStart + milliseconds(999));
  EXPECT_EQ(Kept(births), (std::vector{101, 102, 103, 104, 105, 106, 107, 108}));
  EXPECT_FALSE(births.TooMany());
}

TEST(RecentBirthsTest, ANumberThatIsFoundOrOlderThanASecondIsForgotten) {
  RecentBirths births;
  births.Note(GivenOut(100, 103), kMost, kStart);
  births.EraseIf([](int number) { return number == 102; });
  EXPECT_EQ(Kept(births), (std::vector{101, 103}));
  births.Note(GivenOut(103, 104), kMost, kStart + milliseconds(1001));
  EXPECT_EQ(Kept(births), std::vector{104});
}

// How often something is looked for within a second, with a look every microsecond.
template <typename Look>
int CountInASecond(const Look& look) {
  int count = 0;
  for (auto now = kStart; now <= kStart + std::chrono::seconds(1); now += microseconds(1))
    count += look(now) ? 1 : 0;
  return count;
}

TEST(RecentBirthsTest, ANumberIsLookedForAgainWheneverItsAgeHasGrownByAThird) {
  RecentBirths births;
  std::vector<int> asked;
  const auto look = [&](RecentBirths::Clock::time_point now) {
    asked.clear();
    births.Note(GivenOut(100, now == kStart ? 101 : 100), kMost, now);
    births.EraseIf([&asked](int number) {
      asked.push_back(number);
      return false;
    });
    return !asked.empty();
  };
  EXPECT_TRUE(look(kStart));
  EXPECT_TRUE(look(kStart + microseconds(30)));
  EXPECT_FALSE(look(kStart + microseconds(39)));
  EXPECT_TRUE(look(kStart + microseconds(40)));
  births = {};
  EXPECT_LT(CountInASecond(look), 60);
}

TEST(RecentBirthsTest, AFullListIsReadAgainWheneverTheTimeHasGrownByAThird) {
  RecentBirths births;
  const auto look = [&births](RecentBirths::Clock::time_point now) {
    births.Note(GivenOut(100, now == kStart ? 109 : 100), kMost, now);
    const bool must = births.MustRead();
    if (must) births.NoteFullList([](int) { return false; });
    return must;
  };
  EXPECT_TRUE(look(kStart));
  EXPECT_TRUE(look(kStart + microseconds(30)));
  EXPECT_FALSE(look(kStart + microseconds(39)));
  EXPECT_TRUE(look(kStart + microseconds(40)));
  births = {};
  EXPECT_LT(CountInASecond(look), 60);
}

// Those that follow are kept, since they are needed for longer than that.
TEST(RecentBirthsTest, TooManyNumbersAreTooManyForASecond) {
  RecentBirths births;
  births.Note(GivenOut(100, 101), kMost, kStart);
  births.Note(GivenOut(101, 109), kMost, kStart + milliseconds(10));
  EXPECT_TRUE(births.TooMany());
  births.Note(GivenOut(109, 110), kMost, kStart + milliseconds(1010));
  EXPECT_TRUE(births.TooMany());
  births.Note(GivenOut(110, 111), kMost, kStart + milliseconds(1011));
  EXPECT_FALSE(births.TooMany());
  EXPECT_EQ(Kept(births), (std::vector{110, 111}));
}

TEST(RecentBirthsTest, ATurnOfTheCursorIsTooMany) {
  RecentBirths births;
  births.Note(GivenOut(32'760, 305), kMost, kStart);
  EXPECT_TRUE(births.TooMany());
}

}  // namespace
}  // namespace taskleak::platform
