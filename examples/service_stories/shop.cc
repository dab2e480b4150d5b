#include <deque>
#include <mutex>

#include "story.h"
#include "taskleak/task.h"

namespace stories {
namespace {

class Shop : public Story {
 public:
  explicit Shop(Form form) : form_(form) {}

  void Serve() override {
    constexpr std::size_t kMostUnpaid = 8;
    const std::lock_guard<std::mutex> lock(mutex_);
    unpaid_.push_back(PlaceOrder());
    if (form_ == Form::kFixed && unpaid_.size() > kMostUnpaid) unpaid_.pop_front();
  }

 private:
  static taskleak::Task PlaceOrder() {
    taskleak::Task order("order");
    order.SetWaiting("payment");
    return order;
  }

  const Form form_;
  std::mutex mutex_;
  std::deque<taskleak::Task> unpaid_;
};

}  // namespace

std::unique_ptr<Story> MakeShop(Form form) { return std::make_unique<Shop>(form); }

}  // namespace stories
