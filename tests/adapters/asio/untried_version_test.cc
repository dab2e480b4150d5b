// An Asio that is newer than those that were tried.
#include <gtest/gtest.h>

#include <chrono>

#include "adapters/asio/net.h"
#include "support/leaks.h"

namespace taskleak {
namespace {

using testing::Look;
using testing::OnlyLeak;

net::awaitable<void> Wait(net::steady_timer& timer, int& result) {
  co_await timer.async_wait(net::use_awaitable);
  result = 7;
}

TEST(AsioUntriedVersionTest, OperationsAreFoundAndCoroutinesAndWorkGuardsLeftAlone) {
  const auto before = Snapshot::Take();
  net::io_context context;
  auto guard = net::make_work_guard(context);
  net::steady_timer timer(context, std::chrono::hours(1));
  int result = 0;
  net::co_spawn(context, Wait(timer, result), net::detached);
  context.poll();
  EXPECT_EQ(OnlyLeak(before, "timer.async_wait").state, WaitState::kSleep);
  EXPECT_EQ(Look(before).unit_count(), 1U);
  timer.cancel();
  guard.reset();
  context.run();
  EXPECT_TRUE(Look(before).empty());
  EXPECT_EQ(result, 0) << "cancelled";
}

}  // namespace
}  // namespace taskleak
