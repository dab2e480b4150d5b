// Counts the memory allocated between the second test case and the last. All test cases are clean.
// With TASKLEAK_TESTS_BIRTHS each pass takes a while, and another process is born and ends in it:
// so a look finds that numbers of threads were given out, and that they might have been given out
// all since the last look. It is built once with the plugin, and once with a listener that does
// nothing.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include "catch2_plugin/programs/catch2.h"

namespace {

std::atomic<int> allocations{0};
int allocations_before = 0;
int passes = 0;

void Pass() {
  ++passes;
  if (std::getenv("TASKLEAK_TESTS_BIRTHS") == nullptr) return;
  std::string name = "true";
  std::array<char*, 2> arguments{name.data(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawnp(&child, "true", nullptr, nullptr, arguments.data(), environ) == 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
// If one of a pair is inlined, GCC 12 warns that it does not match the other.
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#ifdef WITHOUT_TASKLEAK
#ifdef TASKLEAK_TESTS_CATCH2_V2
using ListenerBase = Catch::TestEventListenerBase;
#else
using ListenerBase = Catch::EventListenerBase;
#endif

class IdleListener : public ListenerBase {
 public:
  using ListenerBase::ListenerBase;
  void testCaseStarting(const Catch::TestCaseInfo&) override {}
  void sectionStarting(const Catch::SectionInfo&) override {}
  void sectionEnded(const Catch::SectionStats&) override {}
  void testCaseEnded(const Catch::TestCaseStats&) override {}
};
CATCH_REGISTER_LISTENER(IdleListener)
#endif

TEST_CASE("the first test case warms up") {
  SECTION("a section with a name that is long enough to need memory") {
    SECTION("and another within it, with a name as long") {}
  }
  SECTION("and one more") {}
}

TEST_CASE("the second one takes the count") {
  allocations_before = allocations;
  passes = 0;
  Pass();
}

TEST_CASE("clean, with sections") {
  Pass();
  SECTION("a section with a name that needs memory") {
    SECTION("and another within it, as long") {}
  }
  SECTION("and one more") {}
}

TEST_CASE("clean, with generated values") {
  static_cast<void>(GENERATE(1, 2, 3));
  Pass();
}

TEST_CASE("clean, with an assertion") {
  CHECK(true);
  Pass();
}

TEST_CASE("the last one compares") {
  std::printf("allocations: %d\npasses: %d\n", allocations - allocations_before, passes);
}
