// Tests of a code base without taskleak.
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace {

TEST(Plain, JoinsItsThread) {
  std::thread([] {}).join();
}

TEST(Plain, LeavesAThread) {
  std::thread([] {
    for (;;) pause();
  }).detach();
}

}  // namespace
