// The cost of an Asio operation. The same source is compiled with and without taskleak::asio.
#include <benchmark/benchmark.h>

#include <boost/asio.hpp>
#include <chrono>

namespace asio = boost::asio;

namespace {

void PostAndRun(benchmark::State& state) {
  asio::io_context context;
  for ([[maybe_unused]] auto _ : state) {
    asio::post(context, [] {});
    context.restart();
    context.poll();
  }
}
BENCHMARK(PostAndRun);

void ArmAndCancel(benchmark::State& state) {
  asio::io_context context;
  asio::steady_timer timer(context);
  for ([[maybe_unused]] auto _ : state) {
    timer.expires_after(std::chrono::hours(1));
    timer.async_wait([](const boost::system::error_code&) {});
    timer.cancel();
    context.restart();
    context.poll();
  }
}
BENCHMARK(ArmAndCancel);

}  // namespace
