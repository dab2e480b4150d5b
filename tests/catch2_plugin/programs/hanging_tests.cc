// A test case that never returns.
#include <unistd.h>

#include <cstdlib>
#include <future>

#include "catch2_plugin/programs/catch2.h"
#include "support/threads.h"

TEST_CASE("hangs", "[hangs]") {
  const Worker bystander("bystander");
  std::promise<void> never;
  SECTION("waiting for a promise") { never.get_future().wait(); }
}

#ifdef TASKLEAK_TESTS_CATCH2_V2
using ListenerBase = Catch::TestEventListenerBase;
#else
using ListenerBase = Catch::EventListenerBase;
#endif

namespace {

// Hangs after a test case if the environment variable HANG_IN_LISTENER is set.
class HangingListener : public ListenerBase {
 public:
  using ListenerBase::ListenerBase;
  void testCaseEnded(Catch::TestCaseStats const&) override {
    if (std::getenv("HANG_IN_LISTENER") != nullptr)
      for (;;) pause();
  }
};
CATCH_REGISTER_LISTENER(HangingListener)

}  // namespace

TEST_CASE("returns", "[returns]") { REQUIRE(true); }
