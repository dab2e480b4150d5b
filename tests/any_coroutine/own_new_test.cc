// A program with an operator new of its own: it is linked without a conflict, and it wins.
#include <cstdlib>
#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "any_coroutine/coroutines.h"
#include "support/leaks.h"
#include "taskleak/alive.h"

namespace {
int g_calls = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++g_calls;
  if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace taskleak {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(OwnNewTest, TheProgramsOwnIsCalledAndTheReportSaysThatCoroutinesAreNotFollowed) {
  const auto before = Snapshot::Take();
  const int calls = g_calls;
  const auto kept = orders::StartChain();
  EXPECT_GT(g_calls, calls);
  EXPECT_TRUE(testing::Look(before).empty());
  EXPECT_THAT(FindAlive().notes,
              Contains(HasSubstr("coroutines are not followed, except registered ones: the program "
                                 "has an operator new or operator delete of its own")));
}

}  // namespace
}  // namespace taskleak
