#include "feed.h"

#include <chrono>
#include <utility>

namespace {

/// Awaits a timer of Boost.Asio.
struct Expiry {
  boost::asio::steady_timer& timer;

  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    timer.async_wait([handle](const boost::system::error_code&) { handle.resume(); });
  }
  void await_resume() const {}
};

}  // namespace

void Feed::Subscribe(std::string what) { Poll(std::move(what)); }

void Feed::Close() {
  open_ = false;
  for (boost::asio::steady_timer& timer : timers_) timer.cancel();
}

Job Feed::Poll(std::string what) {
  boost::asio::steady_timer& timer = timers_.emplace_back(context_);
  while (open_) {
    asked_.push_back(what);
    timer.expires_after(std::chrono::minutes(1));
    co_await Expiry{timer};
  }
}
