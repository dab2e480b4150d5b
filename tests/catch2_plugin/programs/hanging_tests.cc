// A test case that never returns.
#include <future>

#include "catch2_plugin/programs/catch2.h"
#include "support/threads.h"

TEST_CASE("hangs", "[hangs]") {
  const Worker bystander("bystander");
  std::promise<void> never;
  SECTION("waiting for a promise") { never.get_future().wait(); }
}
