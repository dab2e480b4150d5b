// A program with an operator new of its own, and without coroutines but those of a library.
#include <cstdlib>
#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "any_coroutine/loaded_plugin.h"
#include "support/leaks.h"
#include "taskleak/alive.h"

void* operator new(std::size_t size) {
  if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace taskleak {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OwnNewPluginTest, TheReportSaysThatCoroutinesOfALibraryAreNotFollowed) {
  const auto is_said = Contains(HasSubstr("coroutines are not followed"));
  const auto before = Snapshot::Take();
  EXPECT_THAT(FindAlive().notes, Not(is_said));
  testing::LoadedPlugin plugin(PLUGIN);
  plugin.StartJobs();
  EXPECT_TRUE(testing::Look(before).empty());
  EXPECT_THAT(FindAlive().notes, is_said);
  plugin.DestroyJobs();
}

}  // namespace
}  // namespace taskleak
