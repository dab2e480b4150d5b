// Nobody says that no more pictures will come: the workers wait for ever, and hold the channel.
#include <catch2/catch_test_macros.hpp>

#include "resizer.h"

TEST_CASE("resizes a picture") {
  Resizer resizer(3);
  CHECK(resizer.Resize("cat.png").get() == "small_cat.png");
}
