// A static executable. It prints the code that created its thread, and ends with 0 if nothing is
// missing, and the thread that libc made to read a file is not taken for a leak.
#include <aio.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <latch>
#include <thread>

#include "taskleak/verify.h"

namespace {

// The thread that has read ends when it had nothing more to read for a second (rt/aio_misc.c).
bool ReadInAThreadOfLibc() {
  std::array<char, 1> to{};
  aiocb request{};
  request.aio_fildes = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  request.aio_buf = to.data();
  request.aio_nbytes = to.size();
  const std::array<const aiocb*, 1> requests = {&request};
  const bool has_read =
      ::aio_read(&request) == 0 && ::aio_suspend(requests.data(), 1, nullptr) == 0;
  ::close(request.aio_fildes);
  return has_read;
}

}  // namespace

int main() {
  std::latch latch(1);
  const auto before = taskleak::Snapshot::Take();
  std::thread thread([&latch] { latch.wait(); });
  if (!ReadInAThreadOfLibc()) return 1;
  taskleak::Options options;
  options.drain = std::chrono::milliseconds(50);  // until it waits
  const taskleak::LeakReport report = taskleak::FindLeaks(before, options);
  latch.count_down();
  thread.join();
  std::cout << report.ToText();
  if (report.unit_count() != 1) return 1;
  const taskleak::Unit& unit = report.groups[0].first();
  return !unit.created_by.empty() && unit.stack_missing.empty() ? 0 : 1;
}
