// A task's state, its place and its turn in one word.
#include <cstdint>

#include <gtest/gtest.h>

#include "taskleak/internal/task_head.h"

namespace taskleak::internal {
namespace {

constexpr std::uint32_t kMost = 0xffffffff;

TEST(TaskPlaceTest, StateAndWhereAreKeptThroughTurnsAndChanges) {
  for (const WaitState state : {WaitState::kMutex, WaitState::kRunning, WaitState::kQueued}) {
    for (const std::uint32_t where : {0U, 1U, 4194304U, kMost}) {
      const TaskPlace place(state, where);
      for (const TaskPlace each :
           {place, place.Next(), place.Changing(), place.Next().Changing(),
            place.After(TaskPlace(WaitState::kOther, kMost).Next()), TaskPlace(place.word())}) {
        EXPECT_EQ(each.state(), state);
        EXPECT_EQ(each.where(), where);
      }
    }
  }
}

TEST(TaskPlaceTest, TheSamePlaceAgainIsAnotherWord) {
  const TaskPlace running(WaitState::kRunning, 4711);
  const TaskPlace queued = TaskPlace(WaitState::kQueued, 0).After(running);
  const TaskPlace again = running.After(queued);
  EXPECT_NE(again.word(), running.word());
  EXPECT_EQ(again.word(), running.Next().Next().word());
}

TEST(TaskPlaceTest, TheTurnAfterTheLastIsTheFirst) {
  const TaskPlace first(WaitState::kRunning, kMost);
  const TaskPlace last(first.word() | ~std::uint64_t{0} << 42);  // all bits of its turn
  EXPECT_EQ(last.Next().word(), first.word());
  EXPECT_EQ(first.After(last).word(), first.word());
}

TEST(TaskPlaceTest, AChangeIsMarkedUntilTheNextPlace) {
  const TaskPlace place(WaitState::kQueued, kMost);
  EXPECT_FALSE(place.is_changing());
  EXPECT_TRUE(place.Changing().is_changing());
  EXPECT_FALSE(place.After(place.Changing()).is_changing());
}

}  // namespace
}  // namespace taskleak::internal
