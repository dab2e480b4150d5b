#include "taskleak/own_thread.h"

#include <sys/wait.h>
#include <unistd.h>

#include <latch>

#include <gtest/gtest.h>

namespace taskleak::internal {
namespace {

TEST(OwnThreadTest, AForkedChildOnlyLetsGoOfIt) {
  std::latch end(1);
  OwnThread own("taskleak-test", [&] { end.wait(); });
  const pid_t child = fork();
  if (child == 0) {
    own.Join();  // the thread would wait for ever
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
