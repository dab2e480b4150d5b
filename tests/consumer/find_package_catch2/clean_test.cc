#include <taskleak/catch2.h>

#include <thread>

#include "catch2.h"

TEST_CASE("joins its thread") {
  const taskleak::catch2::VerifyNoLeaks verify;
  std::thread([] {}).join();
}
