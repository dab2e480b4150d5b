// The function in which the threads of the leaky programs stay.
#ifndef TASKLEAK_TESTS_CONSUMER_TESTS_WAIT_FOR_HOURS_H_
#define TASKLEAK_TESTS_CONSUMER_TESTS_WAIT_FOR_HOURS_H_

#include <chrono>
#include <thread>

namespace consumer {

inline void WaitForHours() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace consumer

#endif  // TASKLEAK_TESTS_CONSUMER_TESTS_WAIT_FOR_HOURS_H_
