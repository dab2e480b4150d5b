// A coroutine of Asio's, whose promise has an operator new of its own that keeps freed frames.
#ifndef TASKLEAK_TESTS_ANY_COROUTINE_ASIO_H_
#define TASKLEAK_TESTS_ANY_COROUTINE_ASIO_H_

#include <memory>

namespace ticks {

/// A context with Tick(), which awaits a timer.
class Ticker {
 public:
  virtual ~Ticker() = default;
  /// Cancels the timer and runs the coroutine to its end.
  virtual void Cancel() = 0;
};
std::unique_ptr<Ticker> StartTick();

}  // namespace ticks

#endif  // TASKLEAK_TESTS_ANY_COROUTINE_ASIO_H_
