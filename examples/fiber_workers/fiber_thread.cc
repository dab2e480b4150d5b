#include "fiber_thread.h"

#include <thread>
#include <utility>

// [track]
#include <taskleak/boost_fiber.h>

#include <boost/fiber/all.hpp>

namespace fibers = boost::fibers;

void RunFibers(fibers::buffered_channel<std::function<void()>>& calls) {
  fibers::use_scheduling_algorithm<taskleak::TrackedFibers<fibers::algo::round_robin>>();
  std::function<void()> call;
  while (calls.pop(call) == fibers::channel_op_status::success) call();
}
// [/track]

namespace {

fibers::buffered_channel<std::function<void()>>* StartFiberThread() {
  auto* const calls = new fibers::buffered_channel<std::function<void()>>(16);
  std::thread([calls] { RunFibers(*calls); }).detach();
  return calls;
}

// It exists from before the first test.
fibers::buffered_channel<std::function<void()>>* const g_calls = StartFiberThread();

}  // namespace

void InFiberThread(std::function<void()> function) { g_calls->push(std::move(function)); }
