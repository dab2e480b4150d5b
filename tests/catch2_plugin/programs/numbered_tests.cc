// Test cases whose own bodies start threads. With TESTS_ABOVE, there are others above, so Catch2's
// macros give the functions of these other numbers.
#include <unistd.h>

#include <thread>

#include "catch2_plugin/programs/catch2.h"

#ifdef TESTS_ABOVE
TEST_CASE("above", "[above]") {
  SECTION("a section") { CHECK(1 + 1 == 2); }
  SECTION("another one") { CHECK(1 + 1 == 2); }
}

TEST_CASE("above as well", "[above]") { CHECK(1 + 1 == 2); }
#endif

TEST_CASE("a body starts a thread", "[body]") {
  std::thread([] {
    for (;;) pause();
  }).detach();
  CHECK(1 + 1 == 2);
}

class Fixture {};

TEST_CASE_METHOD(Fixture, "a fixture's body starts one", "[fixture]") {
  std::thread([] {
    for (;;) pause();
  }).detach();
  CHECK(1 + 1 == 2);
}

TEMPLATE_TEST_CASE("a body for each type", "[types]", int) {
  std::thread([] {
    for (;;) pause();
  }).detach();
  CHECK(TestType() == 0);
}
