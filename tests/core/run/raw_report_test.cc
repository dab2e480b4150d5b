// Threads in the report that needs nothing but system calls.
#include "run/raw_report.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace taskleak::run {
namespace {

std::string TextOf(const RawThread& thread) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return "there is no pipe";
  WriteRawThread(pipe[1], thread);
  close(pipe[1]);
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(read(pipe[0], text.data(), text.size())));
  close(pipe[0]);
  return text;
}

TEST(RawReportTest, SaysWhatAThreadDoes) {
  RawThread thread{.tid = 7, .name = "io", .unreadable = true, .at = {}, .addresses = {}};
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" cannot be read\n");
  thread.unreadable = false;
  thread.at.running = true;
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is running\n");
  thread.at = {.running = false, .number = 202};
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is in system call 202 at\n");
  thread.at.number = -1;
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is in a page fault at\n");
}

}  // namespace
}  // namespace taskleak::run
