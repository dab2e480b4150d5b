#include <thread>

#include "../tests/wait_for_hours.h"
#include "catch2.h"

namespace consumer {

TEST_CASE("leaves a thread") { std::thread(WaitForHours).detach(); }

}  // namespace consumer
