// A program with coroutines that nothing ends, to be watched by `taskleak run`, and with the
// argument "wait" to be looked at from outside until its standard input ends.
#include <unistd.h>

#include <coroutine>
#include <exception>

namespace {

struct Job {
  struct promise_type {
    Job get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Job WaitForEver() { co_await std::suspend_always(); }

}  // namespace

int main(int count, char**) {
  WaitForEver();
  char byte = 0;
  if (count > 1) static_cast<void>(!read(STDIN_FILENO, &byte, 1));
}
