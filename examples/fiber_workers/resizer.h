// Makes pictures smaller, a few at a time.
#ifndef EXAMPLES_FIBER_WORKERS_RESIZER_H_
#define EXAMPLES_FIBER_WORKERS_RESIZER_H_

#include <boost/fiber/buffered_channel.hpp>

#include <future>
#include <memory>
#include <string>

class Resizer {
 public:
  /// Starts so many fibers, which wait for pictures.
  explicit Resizer(int workers);

  /// The name of the smaller picture, when it is there.
  std::future<std::string> Resize(std::string picture);
  /// No more pictures will come.
  void Finish() { orders_->close(); }

 private:
  struct Order {
    std::string picture;
    std::promise<std::string> done;
  };
  using Orders = boost::fibers::buffered_channel<std::unique_ptr<Order>>;

  static void Launch(int workers, const std::shared_ptr<Orders>& orders);
  static void Work(const std::shared_ptr<Orders>& orders);

  std::shared_ptr<Orders> orders_;
};

#endif  // EXAMPLES_FIBER_WORKERS_RESIZER_H_
