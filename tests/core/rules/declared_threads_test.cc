// Threads that libraries declare: linked statically, linked dynamically, and opened later. None of
// the libraries links taskleak.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>

#include <latch>
#include <string>

#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/verify.h"

extern "C" {
int static_start_poller(void);
int static_start_named(void);
int static_start_other(void);
int shared_start_poller(void);
int shared_start_named(void);
int shared_start_other(void);
}

namespace taskleak {
namespace {

using testing::NoWait;

struct Library {
  const char* name;
  int (*start_poller)();
  int (*start_named)();
  int (*start_other)();
};

// Opened before the test that asks for it first, and left open.
const Library& OpenedLibrary() {
  static const Library library = [] {
    void* const handle = dlopen(OPENED_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    const auto find = [handle](const char* name) {
      return reinterpret_cast<int (*)()>(dlsym(handle, name));
    };
    return Library{"opened", find("opened_start_poller"), find("opened_start_named"),
                   find("opened_start_other")};
  }();
  return library;
}

class DeclaredThreads : public ::testing::TestWithParam<std::string> {
 protected:
  static Library Get() {
    if (GetParam() == "opened") return OpenedLibrary();
    if (GetParam() == "shared")
      return {"shared", shared_start_poller, shared_start_named, shared_start_other};
    return {"static", static_start_poller, static_start_named, static_start_other};
  }
};
INSTANTIATE_TEST_SUITE_P(, DeclaredThreads, ::testing::Values("static", "shared", "opened"),
                         [](const auto& kind) { return kind.param; });

TEST_P(DeclaredThreads, AThreadInADeclaredFunctionIsNoLeak) {
  const auto before = Snapshot::Take();
  ASSERT_EQ(Get().start_poller(), 0);
  EXPECT_EQ(FindLeaks(before, NoWait()).ToText(), "no leaks\n");
  AdoptCurrent();
}

TEST_P(DeclaredThreads, AThreadWithADeclaredNameIsNoLeak) {
  const auto before = Snapshot::Take();
  ASSERT_EQ(Get().start_named(), 0);
  EXPECT_EQ(FindLeaks(before, NoWait()).ToText(), "no leaks\n");
  AdoptCurrent();
}

TEST_P(DeclaredThreads, AnotherThreadOfTheLibraryIsALeak) {
  const auto before = Snapshot::Take();
  ASSERT_EQ(Get().start_other(), 0);
  EXPECT_EQ(FindLeaks(before, NoWait()).unit_count(), 1U);
  AdoptCurrent();
}

TEST_P(DeclaredThreads, AreReportedIfAsked) {
  const auto before = Snapshot::Take();
  ASSERT_EQ(Get().start_poller(), 0);
  Options options = NoWait();
  options.report_known = {"declared"};
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  AdoptCurrent();
}

TEST_P(DeclaredThreads, ANameIsDeclaredForTheLibrarysOwnCode) {
  if (GetParam() == "static") GTEST_SKIP() << "a static library's code is the program's";
  static_cast<void>(Get());
  const auto before = Snapshot::Take();
  std::latch end(1);
  const testing::BlockedThread thread(
      [&] {
        pthread_setname_np(pthread_self(), (GetParam() + "-named-2").c_str());
        end.wait();
      },
      [&] { end.count_down(); });
  thread.AwaitCall(SYS_futex);
  EXPECT_EQ(FindLeaks(before, NoWait()).unit_count(), 1U);
}

}  // namespace
}  // namespace taskleak
