#include "taskleak/internal/own_thread.h"

#include <sys/wait.h>
#include <unistd.h>

#include <latch>

#include <gtest/gtest.h>

namespace taskleak::internal {
namespace {

// Only clang's ThreadSanitizer ends a child that joins or detaches a thread of its parent. glibc
// allows it.
TEST(OwnThreadTest, AForkedChildOnlyLetsGoOfIt) {
  std::latch end(1);
  OwnThread own("taskleak-test", [&] { end.wait(); });
  const pid_t child = fork();
  if (child == 0) {
    own.Join();
    _exit(7);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  end.count_down();
  own.Join();
}

}  // namespace
}  // namespace taskleak::internal
