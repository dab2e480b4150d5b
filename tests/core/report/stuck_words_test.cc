#include "report/stuck_words.h"

#include <gtest/gtest.h>

#include "alive/stillness.h"
#include "taskleak/leak.h"

namespace taskleak::report {
namespace {

using alive::Obstacle;

Unit Reader() {
  Unit unit;
  unit.id = 4711;
  unit.name = "http";
  unit.state = WaitState::kRead;
  return unit;
}

TEST(UnknownTextTest, AThreadThatMayContinueIsOneOfThemAndMayWakeTheOthers) {
  Unit thread = Reader();
  EXPECT_EQ(UnknownText(Obstacle::kThread, &thread, 12),
            "one of them, thread 4711 \"http\", may continue by itself (waiting to read), and may "
            "wake the others");
  thread.state = WaitState::kRunning;
  EXPECT_EQ(UnknownText(Obstacle::kThread, &thread, 2),
            "one of them, thread 4711 \"http\", is running, and may wake the others");
}

TEST(UnknownTextTest, ASingleThreadHasNoOthers) {
  const Unit thread = Reader();
  EXPECT_EQ(UnknownText(Obstacle::kThread, &thread, 1),
            "thread 4711 \"http\" may continue by itself (waiting to read)");
}

TEST(UnknownTextTest, AThreadThatIsNotOneOfThemMayWakeAll) {
  EXPECT_EQ(UnknownText(Obstacle::kThread, nullptr, 2),
            "another thread may continue by itself, and may wake them");
}

}  // namespace
}  // namespace taskleak::report
