// Nobody says that no more pictures will come: the workers wait for ever, and hold the channel.
#include <gtest/gtest.h>

#include "resizer.h"

TEST(ResizerTest, ResizesAPicture) {
  Resizer resizer(3);
  EXPECT_EQ(resizer.Resize("cat.png").get(), "small_cat.png");
}
