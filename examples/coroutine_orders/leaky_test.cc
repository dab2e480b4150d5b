// An order that is neither paid nor cancelled: its coroutine waits for ever.
#include <gtest/gtest.h>

#include "shop.h"

TEST(ShopTest, ShipsOnlyWhatIsPaid) {
  Shop shop;
  const auto book = shop.Take("book");
  const auto lamp = shop.Take("lamp");
  shop.Pay(*book);
  EXPECT_EQ(shop.shipped(), std::vector<std::string>{"book"});
}
