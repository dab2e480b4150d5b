// The resizer is not finished, so its workers wait for pictures for ever, and keep the channel.
#include <gtest/gtest.h>

#include "resizer.h"

TEST(ResizerTest, ResizesAPicture) {
  Resizer resizer(3);
  EXPECT_EQ(resizer.Resize("cat.png").get(), "small_cat.png");
}
