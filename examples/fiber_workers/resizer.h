// Makes pictures smaller, a few at a time.
#ifndef EXAMPLES_FIBER_WORKERS_RESIZER_H_
#define EXAMPLES_FIBER_WORKERS_RESIZER_H_

#include <boost/fiber/buffered_channel.hpp>

#include <future>
#include <memory>
#include <string>

class Resizer {
 public:
  /// Starts `workers` fibers, which wait for pictures.
  explicit Resizer(int workers);

  /// Returns a future with the name of the smaller picture.
  std::future<std::string> Resize(std::string picture);
  /// Ends the workers: no more pictures will come.
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
