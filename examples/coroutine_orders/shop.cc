#include "shop.h"

#include <utility>

std::shared_ptr<Shop::Order> Shop::Take(std::string what) {
  auto order = std::make_shared<Order>();
  order->what = std::move(what);
  Ship(order);
  return order;
}

void Shop::Pay(Order& order) {
  order.paid = true;
  order.decided.Set();
}

void Shop::Cancel(Order& order) { order.decided.Set(); }

// Keeps the order, and so itself, until the order is decided.
Background Shop::Ship(std::shared_ptr<Order> order) {
  co_await order->decided;
  if (order->paid) shipped_.push_back(order->what);
}
