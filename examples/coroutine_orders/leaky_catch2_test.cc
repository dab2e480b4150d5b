// An order that is neither paid nor cancelled: its coroutine waits for ever.
#include <catch2/catch_test_macros.hpp>

#include "shop.h"

TEST_CASE("ships only what is paid") {
  Shop shop;
  const auto book = shop.Take("book");
  const auto lamp = shop.Take("lamp");
  shop.Pay(*book);
  CHECK(shop.shipped() == std::vector<std::string>{"book"});
}
