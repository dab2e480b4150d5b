// The cost of a coroutine (created, started, suspended, resumed, destroyed) with and without
// TrackedPromise.
#include <coroutine>
#include <exception>
#include <utility>

#include <benchmark/benchmark.h>

#include "taskleak/coroutine.h"

namespace taskleak::bench {
namespace {

template <typename Promise>
struct Untracked {
 protected:
  auto Initial(std::suspend_always awaiter) { return awaiter; }
  auto Final(std::suspend_always awaiter) noexcept { return awaiter; }
};

template <template <typename> typename Base>
struct Coroutine {
  struct promise_type : Base<promise_type> {
    Coroutine get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    auto initial_suspend() { return this->Initial(std::suspend_always()); }
    auto final_suspend() noexcept { return this->Final(std::suspend_always()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

template <template <typename> typename Base>
[[gnu::noinline]] Coroutine<Base> Work(int& sum, int suspensions) {
  for (int i = 0; i < suspensions; ++i) {
    co_await std::suspend_always();
    ++sum;
  }
}

// Argument: the number of suspensions.
template <template <typename> typename Base>
void RoundTrip(benchmark::State& state) {
  int sum = 0;
  const auto suspensions = static_cast<int>(state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    const Coroutine<Base> coroutine = Work<Base>(sum, suspensions);
    while (!coroutine.handle.done()) coroutine.handle.resume();
    coroutine.handle.destroy();
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK_TEMPLATE(RoundTrip, Untracked)->ArgName("suspensions")->Arg(1)->Arg(10);
BENCHMARK_TEMPLATE(RoundTrip, TrackedPromise)->ArgName("suspensions")->Arg(1)->Arg(10);

}  // namespace
}  // namespace taskleak::bench
