#include "capture/blocking_calls.h"

#include <alloca.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include "capture/calls.h"
#include "support/sanitizer.h"

namespace taskleak::capture {

void Add(Calls& calls, const char* name, std::vector<long> numbers, std::function<bool()> block,
         std::function<void()> release) {
  calls.push_back({.name = name,
                   .numbers = std::move(numbers),
                   .block = std::move(block),
                   .release = std::move(release)});
}

bool LastsItsTime(const std::function<bool()>& call) {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  return call() && steady_clock::now() - start >= std::chrono::milliseconds(kSeconds * 1000 - 1);
}

timespec Later(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  now.tv_sec += kSeconds;
  return now;
}

Pipe::Pipe() {
  if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
}

void Pipe::Put() const {
  if (write(ends[1], "x", 1) != 1) std::abort();
}

namespace {

__attribute__((noinline)) std::uintptr_t ReturnAddress() {
  return reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
}

// Its frame is aligned and has memory allocated at run time, as in frames of clang's
// AddressSanitizer. So the size of the frame is not known, and old data in that memory looks like
// frames.
__attribute__((noinline)) bool ReadInOddFrame(int fd, std::size_t room) {
  alignas(64) char c = 0;
  auto* const leftovers = static_cast<std::uintptr_t*>(alloca(room * sizeof(std::uintptr_t)));
  std::fill_n(leftovers, room, ReturnAddress());
  asm volatile("" : : "r"(leftovers) : "memory");
  return read(fd, &c, 1) == 1;
}

void AddOddFrame(Calls& calls) {
  const auto pipe = std::make_shared<Pipe>();
  Add(
      calls, "read in an odd frame", {SYS_read},
      [pipe] {
        const bool read = ReadInOddFrame(pipe->in(), 128);
        asm volatile("");  // keeps this from being a tail call
        return read;
      },
      [pipe] { pipe->Put(); });
  calls.back().may_be_guessed = true;
}

}  // namespace

std::vector<BlockingCall> MakeBlockingCalls() {
  Calls calls;
  AddProcesses(calls);  // first: it forks
  AddPolling(calls);
  AddSleeping(calls);
  AddFutex(calls);
  AddPosixThreads(calls);
  AddStandardLibrary(calls);
  AddFiles(calls);
  AddOddFrame(calls);
  AddSockets(calls);
  AddSignals(calls);
  // Sanitizers wrap vfork and clone.
  if (!kUnderAsan && !kUnderTsan) AddVforks(calls);
  return calls;
}

}  // namespace taskleak::capture
