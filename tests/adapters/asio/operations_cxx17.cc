// Compiled as C++17, where there are neither coroutines nor constraints.
#include "adapters/asio/net.h"

namespace taskleak::testing {

void WaitAndPost(net::io_context& context, net::steady_timer& timer) {
  const auto guard = net::make_work_guard(context);
  timer.async_wait([](const NetError&) {});
  net::post(context, [] {});
  context.run();
}

}  // namespace taskleak::testing
