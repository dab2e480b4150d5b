// A test case that leaves a coroutine which only a search of memory finds.
#include "support/pooled_coroutine.h"
#include "catch2_plugin/programs/catch2.h"

TEST_CASE("pool") {
  WaitInThePool();
  CHECK(true);
}
