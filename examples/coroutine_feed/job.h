// A coroutine type as programs have it, which knows nothing of taskleak.
#ifndef EXAMPLES_COROUTINE_FEED_JOB_H_
#define EXAMPLES_COROUTINE_FEED_JOB_H_

// [promise]
#include <coroutine>
#include <exception>

/// A coroutine that runs at once and frees itself at its end.
struct Job {
  struct promise_type {
    Job get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
// [/promise]

#endif  // EXAMPLES_COROUTINE_FEED_JOB_H_
