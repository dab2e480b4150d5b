// The resizer is not finished, so its workers wait for pictures for ever, and keep the channel.
#include <catch2/catch_test_macros.hpp>

#include "resizer.h"

TEST_CASE("resizes a picture") {
  Resizer resizer(3);
  CHECK(resizer.Resize("cat.png").get() == "small_cat.png");
}
