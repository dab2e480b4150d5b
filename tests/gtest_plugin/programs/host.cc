// A program that loads the library named by LOAD before it runs all tests.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "support/threads.h"

TEST(Host, LeavesAThread) { LeaveThread("host"); }

int main(int argc, char** argv) {
  if (const char* library = std::getenv("LOAD")) {
    if (dlopen(library, RTLD_NOW) == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());
      return 3;
    }
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
