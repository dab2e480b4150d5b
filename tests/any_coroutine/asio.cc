#include "any_coroutine/asio.h"

#include <chrono>
#include <utility>  // which Boost 1.74 uses and does not include

#include "adapters/asio/net.h"

namespace ticks {
namespace {

net::awaitable<void> Tick(net::steady_timer& timer) {
  timer.expires_after(std::chrono::hours(1));
  co_await timer.async_wait(net::use_awaitable);
}

class OfTimer : public Ticker {
 public:
  OfTimer() : timer_(context_) {
    net::co_spawn(context_, Tick(timer_), net::detached);
    context_.poll();
  }
  void Cancel() override {
    timer_.cancel();
    context_.restart();
    context_.run();
  }

 private:
  net::io_context context_;
  net::steady_timer timer_;
};

}  // namespace

std::unique_ptr<Ticker> StartTick() { return std::make_unique<OfTimer>(); }

}  // namespace ticks
