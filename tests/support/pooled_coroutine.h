// A coroutine that no allocator knows of: its frame is in static memory.
#ifndef TASKLEAK_TESTS_SUPPORT_POOLED_COROUTINE_H_
#define TASKLEAK_TESTS_SUPPORT_POOLED_COROUTINE_H_

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>

/// Starts at once. It is never destroyed.
struct PooledJob {
  struct promise_type {
    static void* operator new(std::size_t) {
      alignas(16) static std::array<char, 4096> memory;
      return memory.data();
    }
    static void operator delete(void*) {}
    PooledJob get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

[[gnu::noinline]] inline PooledJob WaitInThePool() {
  co_await std::suspend_always();
  co_await std::suspend_always();
}

#endif  // TASKLEAK_TESTS_SUPPORT_POOLED_COROUTINE_H_
