// Births, as the kernel's cursor for thread numbers shows them.
#include "linux/proc/births.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

using Look = BirthCounter::Look;
using Number = std::optional<std::uint64_t>;

TEST(BirthsTest, OnlyNumbersThatTheCursorHasPassedMayBeUsedAnew) {
  const Look forward = BirthCounter::Compare(1000, 1004, false);
  // The cursor went up to pid_max, began again at 300 and went on to 310.
  const Look around = BirthCounter::Compare(32760, 310, false);
  const struct {
    const char* what;
    const Look& look;
    int tid;
    bool expected;
  } cases[] = {
      {"where it was", forward, 1000, false},
      {"the next", forward, 1001, true},
      {"where it is", forward, 1004, true},
      {"not reached yet", forward, 1005, false},
      {"passed long ago", forward, 7, false},
      {"where it was before the turn", around, 32760, false},
      {"passed before the turn", around, 32761, true},
      {"the last number there is", around, 32767, true},
      {"passed after the turn", around, 300, true},
      {"where it is after the turn", around, 310, true},
      {"not reached after the turn", around, 311, false},
      {"far from both", around, 16000, false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(each.look.MayHaveReused(each.tid), each.expected) << each.what;
}

TEST(BirthsTest, ACursorThatStandsStillMeansThatNothingWasBorn) {
  const Look look = BirthCounter::Compare(1000, 1000, false);
  EXPECT_TRUE(look.none);
  EXPECT_FALSE(look.MayHaveReused(1000));
}

TEST(BirthsTest, WithoutACursorOrAfterAFullTurnAnythingMayHaveHappened) {
  for (const Look& look :
       {BirthCounter::Compare({}, 1000, false), BirthCounter::Compare(1000, {}, false),
        BirthCounter::Compare(1000, 1000, true)}) {
    EXPECT_TRUE(look.unknown);
    EXPECT_FALSE(look.none);
    EXPECT_TRUE(look.MayHaveReused(7));
  }
}

TEST(BirthsTest, AFullTurnTakesAsManyBirthsAsThereAreNumbers) {
  const struct {
    const char* what;
    Number before;
    Number now;
    bool expected;
  } cases[] = {
      {"none", 5000, 5000, false},
      {"one less than a turn, which passes over 300 numbers", 5000, 5000 + 32768 - 301, false},
      {"a turn", 5000, 5000 + 32768 - 300, true},
      {"two turns", 5000, 5000 + 2 * 32768, true},
      {"the count went back", 5000, 4999, true},
      {"no count before", {}, 5000, true},
      {"no count now", 5000, {}, true},
  };
  for (const auto& each : cases)
    EXPECT_EQ(FullTurnPossible(each.before, each.now, 32768), each.expected) << each.what;
}

TEST(BirthsTest, TheCursorIsTheLastFieldOfLoadavg) {
  const struct {
    std::string_view text;
    Number expected;
  } cases[] = {
      {"0.20 0.18 0.12 1/80 11206\n", 11206},
      {"0.20 0.18 0.12 1/80 11206", {}},  // cut off, perhaps within the number
      {"0.20 0.18 0.12 1/80 0\n", {}},
      {"0.20 0.18 0.12 1/80 \n", {}},
      {"0.20 0.18 0.12 80 11206\n", {}},
      {"0.20 0.18 0.12 80 11/206\n", {}},
      {"0.20 0.18 1/80 11206\n", {}},
      {"0.20 0.18 0.12 1/80 11206 7\n", {}},
      {"\n", {}},
      {"", {}},
  };
  for (const auto& each : cases) EXPECT_EQ(ParseCursor(each.text), each.expected) << each.text;
}

TEST(BirthsTest, TheMachinesBirthsAreALineOfStat) {
  EXPECT_EQ(ParseMachineBirths("cpu 1 2\nctxt 5\nprocesses 4711\nprocs_running 1\n"), 4711U);
  EXPECT_EQ(ParseMachineBirths("cpu 1 2\nall_processes 4711\n"), std::nullopt);
  EXPECT_EQ(ParseMachineBirths("cpu 1 2\nprocesses \n"), std::nullopt);
  EXPECT_EQ(ParseMachineBirths("cpu 1 2\nprocesses 47"), std::nullopt);
  EXPECT_EQ(ParseMachineBirths(""), std::nullopt);
}

TEST(BirthsTest, TheMachinesBirthsAreFoundAnywhereInALongFile) {
  const std::string path = ::testing::TempDir() + "taskleak_births_stat";
  for (std::size_t before = 1; before < 10'000; before += before < 3900 || before > 4200 ? 97 : 1) {
    std::ofstream(path) << std::string(before, '0') << "\nprocesses 4711\nprocs_running 1\n";
    ASSERT_EQ(ReadMachineBirths(path.c_str()), 4711U) << before;
  }
  std::ofstream(path) << std::string(10'000, '0') << "\n";
  EXPECT_EQ(ReadMachineBirths(path.c_str()), std::nullopt);
  EXPECT_EQ(std::remove(path.c_str()), 0);
  EXPECT_EQ(ReadMachineBirths(path.c_str()), std::nullopt) << "there is no such file";
}

}  // namespace
}  // namespace taskleak::platform
