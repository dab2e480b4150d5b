// A program that leaks threads that are hard to look at. Its argument says which.
// environment/leak.h has the exit codes.
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/rseq.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "environment/leak.h"
#include "support/sanitizer.h"
#include "taskleak/verify.h"

namespace taskleak::environment {
namespace {

std::latch g_never(1);
std::atomic<bool> g_there{false};

void StartWithStack(std::size_t size, void* (*routine)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, routine, argument) != 0) _exit(kNotSetUp);
  pthread_attr_destroy(&attributes);
}

[[noreturn]] void LeakMany(long count) {
  const Snapshot before = Snapshot::Take();
  constexpr std::size_t kSmallStack = std::size_t{64} << 10;
  std::latch started(count);
  for (long i = 0; i < count; ++i) {
    StartWithStack(
        kSmallStack,
        [](void* latch) -> void* {
          static_cast<std::latch*>(latch)->count_down();
          StayHere(g_never);
          return nullptr;
        },
        &started);
  }
  started.wait();
  ReportAndExit(before, static_cast<std::size_t>(count));
}

// Returns the lowest address of the calling thread's stack.
std::uintptr_t StackEnd() {
  pthread_attr_t attributes;
  void* address = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) _exit(kNotSetUp);
  pthread_attr_getstack(&attributes, &address, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uintptr_t>(address);
}

struct Dive {
  std::uintptr_t end;  // of the stack
  std::size_t room;    // left free above the end
  bool runs;           // runs there for ever instead of waiting
};

// Needs no stack, since the rest of the stack may be too small for a call.
[[gnu::noinline]] void RunHere() {
  for (;;) g_there.store(true, std::memory_order_relaxed);
}

// NOLINTNEXTLINE(misc-no-recursion)
[[gnu::noinline]] void Descend(const Dive& dive) {
  volatile char room[256];
  room[0] = 0;
  if (reinterpret_cast<std::uintptr_t>(room) - dive.end > dive.room) {
    Descend(dive);
  } else if (dive.runs) {
    RunHere();
  } else {
    g_there = true;
    StayHere(g_never);
  }
  room[1] = room[0];
}

[[noreturn]] void LeakOneWithAFullStack(bool runs) {
  const Snapshot before = Snapshot::Take();
  static bool wanted = false;
  wanted = runs;
  StartWithStack(
      std::size_t{256} << 10,
      [](void*) -> void* {
        // Sanitizers' frames are larger.
        const std::size_t room = kUnderAsan || kUnderTsan ? 16384 : wanted ? 1024 : 4096;
        Descend({StackEnd(), room, wanted});
        return nullptr;
      },
      nullptr);
  while (!g_there) std::this_thread::yield();
  ReportAndExit(before);
}

// NOLINTNEXTLINE(misc-no-recursion)
[[gnu::noinline]] int Overflow(int depth) {
  volatile char room[1024];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : Overflow(depth + 1) + room[0];
}

// Leaks a thread with an overflowed stack. The handler waits on a stack of its own.
[[noreturn]] void LeakOneThatOverflowed() {
  const Snapshot before = Snapshot::Take();
  struct sigaction action {};
  action.sa_flags = SA_ONSTACK;
  action.sa_handler = [](int) {
    g_there = true;
    StayHere(g_never);
  };
  if (sigaction(SIGSEGV, &action, nullptr) != 0) _exit(kNotSetUp);
  std::thread([] {
    static std::vector<char> room(std::size_t{256} << 10);
    const stack_t stack = {room.data(), 0, room.size()};
    if (sigaltstack(&stack, nullptr) != 0) _exit(kNotSetUp);
    Overflow(0);
  }).detach();
  while (!g_there) std::this_thread::yield();
  ReportAndExit(before);
}

// Returns where the calling thread's own variables begin, at the upper end of its stack (Drepper,
// "ELF Handling For Thread-Local Storage", variant II). From glibc 2.41 on, what the kernel reads
// and writes for restartable sequences lies there too, below all variables (sys/rseq.h).
std::uintptr_t ThreadVariables() {
  std::uintptr_t lowest = pthread_self();  // glibc's is an address, above the variables
  lowest += static_cast<std::uintptr_t>(std::min<std::ptrdiff_t>(__rseq_offset, 0));
  dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void* found) {
        auto* const first = static_cast<std::uintptr_t*>(found);
        const auto variables = reinterpret_cast<std::uintptr_t>(module->dlpi_tls_data);
        if (variables != 0) *first = std::min(*first, variables);
        return 0;
      },
      &lowest);
  return lowest;
}

// Overwrites at least the saved frame pointer and the return address of its own frame, and never
// returns.
[[gnu::noinline]] __attribute__((no_sanitize("address", "undefined"))) void StayWithBrokenStack(
    std::string_view how) {
  auto* const frame = static_cast<std::uintptr_t*>(__builtin_frame_address(0));
  const auto fill = [&](std::uintptr_t pointer, std::uintptr_t code) {
    frame[0] = pointer;
    frame[1] = code;
  };
  const auto here = reinterpret_cast<std::uintptr_t>(frame);
  const auto code = reinterpret_cast<std::uintptr_t>(&StayHere) + 4;
  if (how == "garbage") fill(0x4141414141414141, 0x4242424242424242);
  if (how == "zero") fill(0, 0);
  if (how == "circle") fill(here, code);
  if (how == "backwards") fill(here - 4096, code);
  if (how == "data")
    fill(reinterpret_cast<std::uintptr_t>(&g_never), reinterpret_cast<std::uintptr_t>(&g_there));
  if (how == "unmapped") fill(4096, 4096);
  if (how == "all") {
    std::memset(frame, 0x5a, std::min<std::size_t>(4096, ThreadVariables() - here));
  }
  g_there = true;
  StayHere(g_never);
  asm volatile("" ::: "memory");
}

[[noreturn]] void LeakOneWithABrokenStack(std::string_view how) {
  const Snapshot before = Snapshot::Take();
  std::thread([how] { StayWithBrokenStack(how); }).detach();
  while (!g_there) std::this_thread::yield();
  ReportAndExit(before);
}

[[noreturn]] void Run(const std::string& mode, const std::string& argument) {
  if (mode == "many") LeakMany(std::stol(argument));
  if (mode == "full-stack") LeakOneWithAFullStack(argument == "runs");
  if (mode == "overflow") LeakOneThatOverflowed();
  if (mode == "broken-stack") LeakOneWithABrokenStack(argument);
  _exit(kNotSetUp);
}

}  // namespace
}  // namespace taskleak::environment

int main(int count, char** arguments) {
  std::thread([] {}).join();  // ThreadSanitizer starts a thread with it
  taskleak::environment::Run(count > 1 ? arguments[1] : "", count > 2 ? arguments[2] : "");
}
