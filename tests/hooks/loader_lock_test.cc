// The hooks need no lock of the dynamic linker.
#include <dlfcn.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/sanitizer.h"

namespace taskleak {
namespace {

TEST(LoaderLockTest, APluginMayWaitForThreadsWhileItIsLoaded) {
  if (kUnderTsan)
    GTEST_SKIP() << "ThreadSanitizer knows no threads of C11, and ends a process that has some";
  alarm(60);  // ends a process that waits for ever
  // It stays loaded, since its detached threads may still be running its code.
  EXPECT_NE(dlopen(WAITING_PLUGIN, RTLD_NOW | RTLD_LOCAL), nullptr) << dlerror();
  alarm(0);
}

}  // namespace
}  // namespace taskleak
