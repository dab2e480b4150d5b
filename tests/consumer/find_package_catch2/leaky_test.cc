#include <chrono>
#include <thread>

#include "catch2.h"

namespace consumer {

void WaitForHours() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

TEST_CASE("leaves a thread") { std::thread(WaitForHours).detach(); }

}  // namespace consumer
