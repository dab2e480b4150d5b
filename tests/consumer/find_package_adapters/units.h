// Creates one unit of work of each library.
#ifndef UNITS_H_
#define UNITS_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/fiber/all.hpp>
#include <chrono>

#include <taskleak/boost_fiber.h>
#include <taskleak/libuv.h>

namespace consumer {

using Channel = boost::fibers::buffered_channel<int>;

inline void TrackFibers() {
  boost::fibers::use_scheduling_algorithm<
      taskleak::TrackedFibers<boost::fibers::algo::round_robin>>();
}

inline boost::fibers::fiber PopForHours(Channel& channel) {
  return boost::fibers::fiber(boost::fibers::launch::dispatch, [&channel] {
    int value = 0;
    channel.pop(value);
  });
}

inline void ArmForHours(boost::asio::steady_timer& timer) {
  timer.expires_after(std::chrono::hours(1));
  timer.async_wait([](const boost::system::error_code&) {});
}

/// A libuv loop with a timer that is due in an hour.
struct UvTimer {
  UvTimer() : watched((uv_loop_init(&loop), &loop)) {
    uv_timer_init(&loop, &timer);
    uv_timer_start(
        &timer, [](uv_timer_t*) {}, 3600 * 1000, 0);
  }
  int Close() {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    return watched.Close();
  }

  uv_loop_t loop{};
  uv_timer_t timer{};
  taskleak::UvLoop watched;
};

}  // namespace consumer

#endif  // UNITS_H_
