// Coroutines for whose frames there is no memory, and that say so instead of throwing.
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>

#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/sanitizer.h"

namespace taskleak {
namespace {

struct Job {
  struct promise_type {
    static Job get_return_object() { return {true}; }
    static Job get_return_object_on_allocation_failure() { return {false}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
  bool is_started;
};

volatile char* g_part = nullptr;

// With a frame that no address space has room for.
Job NeedsTooMuch() {
  volatile char all[std::size_t{1} << 60];  // NOLINT(modernize-avoid-c-arrays)
  g_part = &all[0];
  co_await std::suspend_never();
  *g_part = 1;
}

TEST(FailedNewTest, NothingIsNotedOfAFrameThatThereIsNoMemoryFor) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "the sanitizer ends a program for such a size";
  const auto before = Snapshot::Take();
  EXPECT_FALSE(NeedsTooMuch().is_started);
  ::operator delete(nullptr);
  EXPECT_TRUE(testing::Look(before).empty());
}

}  // namespace
}  // namespace taskleak
