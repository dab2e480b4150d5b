// A shop that ships an order when it is paid.
#ifndef EXAMPLES_COROUTINE_ORDERS_SHOP_H_
#define EXAMPLES_COROUTINE_ORDERS_SHOP_H_

#include <memory>
#include <string>
#include <vector>

#include "async.h"

class Shop {
 public:
  struct Order {
    std::string what;
    Event decided;  // paid or cancelled
    bool paid = false;
  };

  std::shared_ptr<Order> Take(std::string what);
  void Pay(Order& order);
  void Cancel(Order& order);

  [[nodiscard]] const std::vector<std::string>& shipped() const { return shipped_; }

 private:
  Background Ship(std::shared_ptr<Order> order);

  std::vector<std::string> shipped_;
};

#endif  // EXAMPLES_COROUTINE_ORDERS_SHOP_H_
