// A program with an operator new of its own, and without coroutines but those of a library.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

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

// No matchers: clang's analyzer loses track of what they allocate with the operator above.
bool IsSaid() {
  return std::ranges::any_of(FindAlive().notes, [](const std::string& note) {
    return note.find("coroutines are not followed") != std::string::npos;
  });
}

TEST(OwnNewPluginTest, TheReportSaysThatCoroutinesOfALibraryAreNotFollowed) {
  const auto before = Snapshot::Take();
  EXPECT_FALSE(IsSaid());
  testing::LoadedPlugin plugin(PLUGIN);
  plugin.StartJobs();
  EXPECT_TRUE(testing::Look(before).empty());
  EXPECT_TRUE(IsSaid());
  plugin.DestroyJobs();
}

}  // namespace
}  // namespace taskleak
