// Threads that are not created by the program's own code.
#include <dlfcn.h>

#include <latch>
#include <list>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/thread.hpp>

#include "hooks/programs/creator_library.h"
#include "support/leaks.h"
#include "support/sanitizer.h"
#include "symbolize/function_name.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using testing::NoWait;

void Wait(void* latch) { static_cast<std::latch*>(latch)->wait(); }

// The library detaches its threads. They may still use the latch after a test, and even the
// program, has ended.
std::latch& KeptLatch() {
  static auto& kept = *new std::list<std::latch>;
  return kept.emplace_back(1);
}

// Returns the functions that created the only thread that `create` leaves.
template <typename Create>
std::vector<std::string> Creators(Create create) {
  const auto before = Snapshot::Take();
  create();
  Options options = NoWait();
  options.report_known = {"all"};
  const LeakReport report = FindLeaks(before, options);
  std::vector<std::string> names;
  for (const LeakGroup& group : report.groups) {
    for (const Frame& frame : group.first().created_by)
      names.push_back(symbolize::PlainName(frame.function));
  }
  return names;
}

TEST(HooksRuntimesTest, ASharedLibrarysThreadsHaveTheirCreator) {
  std::latch& latch = KeptLatch();
  EXPECT_THAT(Creators([&] { CreateInLibrary(Wait, &latch); }), Contains("CreateInLibrary"));
  latch.count_down();
}

TEST(HooksRuntimesTest, SoHaveThoseOfALibraryLoadedLater) {
  void* const library = dlopen(CREATOR_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto create =
      reinterpret_cast<decltype(&CreateInLibrary)>(dlsym(library, "CreateInLibrary"));
  ASSERT_NE(create, nullptr);
  ASSERT_NE(create, &CreateInLibrary);
  std::latch& latch = KeptLatch();
  EXPECT_THAT(Creators([&] { create(Wait, &latch); }), Contains("CreateInLibrary"));
  latch.count_down();
}

[[gnu::noinline]] boost::thread CreateBoostThread(std::latch& latch) {
  return boost::thread([&latch] { latch.wait(); });
}

TEST(HooksRuntimesTest, SoHaveThoseOfBoostThread) {
  std::latch latch(1);
  boost::thread thread;
  EXPECT_THAT(Creators([&] { thread = CreateBoostThread(latch); }),
              Contains(EndsWith("CreateBoostThread")));
  latch.count_down();
  thread.join();
}

// The pool stays when the region has ended.
[[gnu::noinline]] void RunInParallel() {
#pragma omp parallel num_threads(2)
  asm volatile("");  // an empty region would not start threads
  asm volatile("");  // keeps the region's start from being a tail call
}

TEST(HooksRuntimesTest, SoHaveThoseOfOpenMp) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer does not understand libgomp's barriers";
  EXPECT_THAT(Creators(RunInParallel), Contains(EndsWith("RunInParallel")));
}

// GCC's libgomp and Debian's libomp have no names for their own functions, so they are recognized
// by their modules. But their workers start in the hooks, which are part of this program.
TEST(HooksRuntimesTest, AThreadIsOfTheModuleWhoseFunctionItWasStartedWith) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer does not understand libgomp's barriers";
  const auto before = Snapshot::Take();
#pragma omp parallel num_threads(3)
  asm volatile("");
  Options options = NoWait();
  options.report_known = {"libgomp", "libomp"};
  EXPECT_GE(FindLeaks(before, options).unit_count(), 1U);
  options.report_known.clear();
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 0U);
}

}  // namespace
}  // namespace taskleak
