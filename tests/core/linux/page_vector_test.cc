#include "linux/coroutines/page_vector.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

// Two threads use the same pages, one after the other, without anything that orders them except
// the kernel. ThreadSanitizer would make the program fail.
TEST(PageVectorTest, ThePagesThatOneThreadGivesBackAreNewToTheNext) {
  constexpr std::size_t kSize = (std::size_t{1} << 20) + 64;  // the last page is not whole
  std::atomic<int> turn{-2};
  void* first = nullptr;
  void* second = nullptr;
  const auto use = [&turn](int mine, void*& pages) {
    turn.fetch_add(1, std::memory_order_relaxed);
    while (turn.load(std::memory_order_relaxed) != mine) {
    }
    pages = MapPages(kSize);
    static_cast<char*>(pages)[0] = 1;
    static_cast<char*>(pages)[kSize - 1] = 1;
    UnmapPages(pages, kSize);
    turn.store(mine + 1, std::memory_order_relaxed);
  };
  std::thread one(use, 0, std::ref(first));
  std::thread other(use, 1, std::ref(second));
  one.join();
  other.join();
  EXPECT_EQ(first, second) << "the kernel gives the same place to both";
}

}  // namespace
}  // namespace taskleak::platform
