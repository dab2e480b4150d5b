#include "resizer.h"

#include <boost/fiber/fiber.hpp>

#include <utility>

#include "fiber_thread.h"

Resizer::Resizer(int workers) : orders_(std::make_shared<Orders>(8)) {
  InFiberThread([workers, orders = orders_] { Launch(workers, orders); });
}

std::future<std::string> Resizer::Resize(std::string picture) {
  auto order = std::make_unique<Order>();
  order->picture = std::move(picture);
  std::future<std::string> result = order->done.get_future();
  orders_->push(std::move(order));
  return result;
}

void Resizer::Launch(int workers, const std::shared_ptr<Orders>& orders) {
  for (int i = 0; i < workers; ++i) boost::fibers::fiber([orders] { Work(orders); }).detach();
}

void Resizer::Work(const std::shared_ptr<Orders>& orders) {
  std::unique_ptr<Order> order;
  while (orders->pop(order) == boost::fibers::channel_op_status::success)
    order->done.set_value("small_" + order->picture);
}
