// What a library with coroutines exports for the tests, by the names in kPluginStart and so on.
#ifndef TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_H_
#define TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_H_

#include <coroutine>
#include <exception>

namespace plugin {

/// Starts at once; its owner destroys it.
struct Job {
  struct promise_type {
    Job get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

/// The other unit's.
void* StartSecond();

}  // namespace plugin

#endif  // TASKLEAK_TESTS_ANY_COROUTINE_PLUGIN_H_
