// The same for Catch2.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <thread>

TEST_CASE("joins its thread") {
  std::thread([] {}).join();
  CHECK(true);
}

TEST_CASE("leaves a thread") {
  std::thread([] {
    for (;;) pause();
  }).detach();
  CHECK(true);
}
