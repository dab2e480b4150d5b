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

// Those that a look reading a full list does not find either.
std::vector<int> Kept(RecentBirths& births) {
  std::vector<int> kept;
  births.NoteFullList([&kept](int number) {
    kept.push_back(number);
    return false;
  });
  return kept;
}

// Those that a look which finds none of them looks for.
std::vector<int> Asked(RecentBirths& births) {
  std::vector<int> asked;
  births.EraseIf([&asked](int number) {
    asked.push_back(number);
    return false;
  });
  return asked;
}

TEST(RecentBirthsTest, ANumberThatIsNotFoundIsKeptWhateverIsBornAfterIt) {
  RecentBirths births;
  births.Note(GivenOut(100, 101), kMost, kStart);
  births.Note(GivenOut(101, 108), kMost, kStart + milliseconds(999));
  EXPECT_EQ(Kept(births), (std::vector{101, 102, 103, 104, 105, 106, 107, 108}));
  EXPECT_FALSE(births.MustRead());
}

TEST(RecentBirthsTest, ANumberThatIsFoundIsForgotten) {
  RecentBirths births;
  births.Note(GivenOut(100, 103), kMost, kStart);
  births.EraseIf([](int number) { return number == 102; });
  EXPECT_EQ(Asked(births), (std::vector{101, 103}));
}

TEST(RecentBirthsTest, ANumberIsForgottenOnceItWasLookedForInVainASecondLater) {
  RecentBirths births;
  births.Note(GivenOut(100, 101), kMost, kStart);
  EXPECT_EQ(Asked(births), std::vector{101});
  births.Note(GivenOut(101, 101), kMost, kStart + std::chrono::hours(1));
  EXPECT_EQ(Asked(births), std::vector{101});
  births.Note(GivenOut(101, 101), kMost, kStart + std::chrono::hours(2));
  EXPECT_TRUE(Asked(births).empty());
}

// Looks every microsecond for a second and longer. `look` returns whether it looked for something.
template <typename Look>
void ExpectOnlyLooksAtAgesThatGrowByAThird(const Look& look) {
  EXPECT_TRUE(look(kStart));
  EXPECT_TRUE(look(kStart + microseconds(30)));
  EXPECT_FALSE(look(kStart + microseconds(39)));
  EXPECT_TRUE(look(kStart + microseconds(40)));
  int count = 0;
  auto last = kStart;
  for (auto now = kStart + microseconds(41); now < kStart + milliseconds(1400);
       now += microseconds(1)) {
    if (!look(now)) continue;
    ++count;
    last = now;
  }
  EXPECT_LT(count, 60);
  EXPECT_GT(last, kStart + milliseconds(1000));
}

TEST(RecentBirthsTest, ANumberIsLookedForAgainWheneverItsAgeHasGrownByAThird) {
  RecentBirths births;
  ExpectOnlyLooksAtAgesThatGrowByAThird([&births](RecentBirths::Clock::time_point now) {
    births.Note(GivenOut(100, now == kStart ? 101 : 100), kMost, now);
    return !Asked(births).empty();
  });
}

TEST(RecentBirthsTest, AFullListIsReadAgainWheneverTheTimeHasGrownByAThird) {
  RecentBirths births;
  ExpectOnlyLooksAtAgesThatGrowByAThird([&births](RecentBirths::Clock::time_point now) {
    births.Note(GivenOut(100, now == kStart ? 109 : 100), kMost, now);
    const bool must = births.MustRead();
    if (must) Kept(births);
    return must;
  });
}

// Those that follow are kept, since they are needed for longer than that.
TEST(RecentBirthsTest, TooManyNumbersAreTooManyUntilAFullListASecondLater) {
  RecentBirths births;
  births.Note(GivenOut(100, 101), kMost, kStart);
  births.Note(GivenOut(101, 109), kMost, kStart + milliseconds(10));
  EXPECT_TRUE(births.MustRead());
  EXPECT_TRUE(Kept(births).empty());
  births.Note(GivenOut(109, 110), kMost, kStart + std::chrono::hours(1));
  EXPECT_TRUE(births.MustRead());
  EXPECT_EQ(Kept(births), std::vector{110});
  births.Note(GivenOut(110, 111), kMost, kStart + std::chrono::hours(2));
  EXPECT_FALSE(births.MustRead());
  EXPECT_EQ(Asked(births), (std::vector{110, 111}));
}

TEST(RecentBirthsTest, ATurnOfTheCursorIsTooMany) {
  RecentBirths births;
  births.Note(GivenOut(32'760, 305), kMost, kStart);
  EXPECT_TRUE(births.MustRead());
}

}  // namespace
}  // namespace taskleak::platform
