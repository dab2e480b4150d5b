// A program that leaks a thread, and then looks while something fails. Its argument says what
// fails. environment/leak.h has the exit codes.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <latch>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "environment/count_opens.h"
#include "environment/deny.h"
#include "environment/leak.h"
#include "support/repetitions.h"
#include "support/sanitizer.h"
#include "symbolize/symbolizer.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace {

// The number of allocations that still succeed, and the number that fail after them.
constexpr long kAll = std::numeric_limits<long>::max();
std::atomic<long> g_succeeding{kAll};
std::atomic<long> g_failing{0};

}  // namespace

// Sanitizers have their own.
#if !TASKLEAK_TESTS_SANITIZED
static bool AllocationFails() {
  if (g_succeeding.load() == kAll) return false;
  return g_succeeding.fetch_sub(1) <= 0 && g_failing.fetch_sub(1) > 0;
}

void* operator new(std::size_t size) {
  void* const memory = AllocationFails() ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
// If one of a pair is inlined, GCC 12 warns that it does not match the other.
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace taskleak::environment {
namespace {

using std::chrono::milliseconds;

// Starts a thread that does not end. It is in StayHere, or will be soon.
pid_t LeakOne() {
  static std::latch latch(1);
  std::atomic<pid_t> tid{0};
  std::thread([&tid] {
    tid = gettid();
    StayHere(latch);
  }).detach();
  while (tid == 0) std::this_thread::yield();
  return tid;
}

std::vector<int> UseUpDescriptors() {
  constexpr rlimit kFew = {64, 64};
  if (setrlimit(RLIMIT_NOFILE, &kFew) != 0) _exit(kNotSetUp);
  std::vector<int> opened;
  for (int fd = 0; (fd = open("/dev/null", O_RDONLY)) >= 0;) opened.push_back(fd);
  if (errno != EMFILE) _exit(kNotSetUp);
  return opened;
}

// When descriptors are available again, the next look finds the leak that this look could not find.
[[noreturn]] void LookWithoutAndWithDescriptors() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  const std::vector<int> opened = UseUpDescriptors();
  const LeakReport blind = FindLeaks(before, WithDrain(milliseconds(0)));
  std::cout << blind.ToText();
  if (Verdict(blind, 1) != kCouldNotLook) _exit(kMissed);
  for (const int fd : opened) close(fd);
  ReportAndExit(before);
}

// The list of threads is known then, but the state of each thread cannot be read.
[[noreturn]] void LookWithDescriptorsAndWithout() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  if (Verdict(FindLeaks(before, WithDrain(milliseconds(0))), 1) != kFound) _exit(kNotSetUp);
  UseUpDescriptors();
  ReportAndExit(before);
}

// One is enough for all that is read of a thread.
[[noreturn]] void LookWithOneDescriptor() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  if (Verdict(FindLeaks(before, WithDrain(milliseconds(0))), 1) != kFound) _exit(kNotSetUp);
  const std::vector<int> opened = UseUpDescriptors();
  if (opened.empty()) _exit(kNotSetUp);
  close(opened.back());
  ReportAndExit(before);
}

// Makes every open of a look fail once, alone and together with all following opens.
[[noreturn]] void LookWhileEachOpenFails() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  CountOpens();
  for (const long failing : {1L, kAll}) {
    long nth = 0;
    do {
      g_opens_failing = failing;
      g_opens_succeeding = nth++;
      const LeakReport report = FindLeaks(before, WithDrain(milliseconds(0)));
      g_opens_succeeding = kAll;
      if (Verdict(report, 1) != kMissed) continue;
      std::cout << "open " << nth << ": " << report.ToText() << std::flush;
      _exit(kMissed);
    } while (g_opens_failing.load() != failing);
    std::cout << nth - 1 << " opens failed\n";
  }
  ReportAndExit(before);
}

[[noreturn]] void LookAfterProcWasHidden() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  if (mount("none", "/proc", "tmpfs", 0, nullptr) != 0) _exit(kNotSetUp);
  ReportAndExit(before);
}

// `failing` allocations fail after `succeeding` ones of a look.
LeakReport LookWithFailingAllocations(const Snapshot* before, long succeeding, long failing) {
  const Options options = WithDrain(milliseconds(0));
  g_failing = failing;
  g_succeeding = succeeding;
  LeakReport report =
      before == nullptr ? FindLeaks(Snapshot::Take(), options) : FindLeaks(*before, options);
  g_succeeding = kAll;
  return report;
}

[[noreturn]] void LookWithoutMemory(long succeeding) {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  const LeakReport report = LookWithFailingAllocations(&before, succeeding, kAll);
  std::cout << report.ToText() << std::flush;
  _exit(Verdict(report, 1));
}

// Calls `attempt` with the number of allocations that must succeed before one fails, from 0 on,
// until none has failed.
template <typename Attempt>
void ForEachAllocation(long failing, Attempt attempt) {
  long attempts = 0;
  do attempt(attempts++ * testing::Stride());
  while (g_failing.load() != failing);
  std::cout << attempts - 1 << " allocations failed\n";
}

// Makes every allocation of a look fail once, alone and together with all following ones.
[[noreturn]] void LookWhileEachAllocationFails() {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  for (const long failing : {1L, kAll}) {
    ForEachAllocation(failing, [&](long succeeding) {
      const LeakReport report = LookWithFailingAllocations(&before, succeeding, failing);
      if (Verdict(report, 1) != kMissed) return;
      std::cout << "after " << succeeding << " allocations: " << report.ToText() << std::flush;
      _exit(kMissed);
    });
  }
  ReportAndExit(before);
}

// The same for everything that happens at a test's end. Each time a new thread has leaked.
[[noreturn]] void CheckWhileEachAllocationFails() {
  const Options options = WithDrain(milliseconds(0));
  ForEachAllocation(kAll, [&options](long succeeding) {
    const Snapshot before = Snapshot::Take();
    LeakOne();
    g_failing = kAll;
    g_succeeding = succeeding;
    const auto text = CheckScopeSince(before, "Suite.Test", options);
    g_succeeding = kAll;
    if (!text) _exit(kMissed);
  });
  const Snapshot before = Snapshot::Take();
  LeakOne();
  ReportAndExit(before);
}

// The same for the end of a scope that allows leaks, which then may allow fewer.
[[noreturn]] void AllowLeaksWhileEachAllocationFails() {
  ForEachAllocation(kAll, [](long succeeding) {
    auto allow = std::make_unique<AllowLeaks>("kept");
    LeakOne();
    g_failing = kAll;
    g_succeeding = succeeding;
    allow.reset();
    g_succeeding = kAll;
  });
  const Snapshot before = Snapshot::Take();
  LeakOne();
  ReportAndExit(before);
}

platform::RawFrame PlaceIn(const char* library, const char* function) {
  void* const loaded = dlopen(library, RTLD_NOW);
  void* const place = loaded == nullptr ? nullptr : dlsym(loaded, function);
  if (place == nullptr) _exit(kNotSetUp);
  return {
      .pc = reinterpret_cast<std::uintptr_t>(place), .is_return_address = false, .guessed = false};
}

// Names a function of a library that was not looked at yet, though other libraries were since it
// was loaded. If memory runs out the first time, the function is named the next time.
[[noreturn]] void NameAFunctionWhileEachAllocationFails() {
  const platform::RawFrame place = PlaceIn("libm.so.6", "cos");
  symbolize::Quick(PlaceIn("libresolv.so.2", "ns_format_ttl"));
  for (long nth = 0;; ++nth) {
    g_failing = 1;
    g_succeeding = nth;
    try {
      const symbolize::QuickFrame& named = symbolize::Quick(place);
      g_succeeding = kAll;
      std::cout << nth << " allocations failed: " << named.module << std::flush;
      _exit(nth > 0 && named.module == "libm.so.6" ? kFound : kMissed);
    } catch (const std::bad_alloc&) {
      g_succeeding = kAll;
    }
  }
}

// If there was no memory for a snapshot, the next look must not report all threads as leaks.
[[noreturn]] void TakeSnapshotsWithoutMemory() {
  LeakOne();
  for (long succeeding = 0; succeeding < 50; ++succeeding) {
    const LeakReport report = LookWithFailingAllocations(nullptr, succeeding, kAll);
    if (Verdict(report, 0) == kMissed) _exit(kMissed);
  }
  std::cout << std::flush;
  _exit(kFound);
}

// Looks while the address space may grow by at most this size.
[[noreturn]] void LookInLittleAddressSpace(rlim_t kib) {
  const Snapshot before = Snapshot::Take();
  LeakOne();
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t size = pages * 4096 + kib * 1024;
  const rlimit limit = {size, size};
  if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(kNotSetUp);
  const LeakReport report = FindLeaks(before, WithDrain(milliseconds(200)));
  std::cout << report.ToText() << std::flush;
  _exit(Verdict(report, 1));
}

std::atomic<long> g_signals{0};

// Sends a signal every millisecond. Interrupted calls are not restarted.
void SignalAllTheTime() {
  struct sigaction action {};
  action.sa_handler = [](int) { ++g_signals; };
  if (sigaction(SIGALRM, &action, nullptr) != 0) _exit(kNotSetUp);
}

[[noreturn]] void LookManyTimes(const Snapshot& before) {
  const long signals = g_signals;
  while (g_signals < signals + 200) {
    const LeakReport report = FindLeaks(before, WithDrain(milliseconds(10)));
    if (Verdict(report, 1) != kFound) {
      std::cout << report.ToText() << std::flush;
      _exit(Verdict(report, 1));
    }
  }
  ReportAndExit(before);
}

[[noreturn]] void LookWhileSignalled() {
  SignalAllTheTime();
  const Snapshot before = Snapshot::Take();
  LeakOne();
  constexpr itimerval kEveryMillisecond = {{0, 1000}, {0, 1000}};
  if (setitimer(ITIMER_REAL, &kEveryMillisecond, nullptr) != 0) _exit(kNotSetUp);
  LookManyTimes(before);
}

[[noreturn]] void LookAtOneWhoIsSignalled() {
  SignalAllTheTime();
  const Snapshot before = Snapshot::Take();
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGALRM;
  event._sigev_un._tid = LeakOne();
  timer_t timer{};
  constexpr itimerspec kEveryMillisecond = {{0, 1'000'000}, {0, 1'000'000}};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
      timer_settime(timer, 0, &kEveryMillisecond, nullptr) != 0)
    _exit(kNotSetUp);
  LookManyTimes(before);
}

// Leaks one thread that waits and one that runs, since they are looked at in different ways.
[[noreturn]] void LookWithoutTheCall(std::string_view name, unsigned error) {
  const auto* const call = std::ranges::find(kCallsOfALook, name, &Call::name);
  const Snapshot before = Snapshot::Take();
  LeakOne();
  std::thread([] {
    for (std::atomic<long> turns{0};; ++turns) {
    }
  }).detach();
  static_cast<void>(access("the look begins", F_OK));
  if (call != std::end(kCallsOfALook)) Deny(call->number, error);
  ReportAndExit(before, 2);
}

// The first report is written while there is room. There is no room for the next one in the same
// file system.
[[noreturn]] void ReportToAFullDisk(const std::string& folder) {
  Options options = WithDrain(milliseconds(0));
  options.json = folder + "/report.json";
  const Snapshot before = Snapshot::Take();
  LeakOne();
  if (mount("none", folder.c_str(), "tmpfs", 0, "size=64k") != 0) _exit(kNotSetUp);
  static_cast<void>(CheckScopeSince(before, "First", options));
  std::ofstream rest(folder + "/rest");
  while (rest.put('x').flush()) {
  }
  const Snapshot again = Snapshot::Take();
  std::latch latch(1);
  std::thread([&latch] { StayHere(latch); }).detach();
  const auto text = CheckScopeSince(again, "Second", options);
  std::cout << text.value_or("nothing") << "\nin the file: " << std::ifstream(options.json).rdbuf()
            << "\nbeside it: "
            << std::ifstream(options.json + "." + std::to_string(getpid()) + ".tmp").good()
            << std::flush;
  _exit(text ? kFound : kMissed);
}

[[noreturn]] void Run(const std::vector<std::string>& arguments) {
  const std::string& mode = arguments[0];
  if (mode == "descriptors") LookWithoutAndWithDescriptors();
  if (mode == "no-descriptors-from-the-start") {
    UseUpDescriptors();
    const Snapshot before = Snapshot::Take();
    LeakOne();
    ReportAndExit(before);
  }
  if (mode == "no-descriptors-after-a-look") LookWithDescriptorsAndWithout();
  if (mode == "one-descriptor") LookWithOneDescriptor();
  if (mode == "each-open") LookWhileEachOpenFails();
  if (mode == "proc-hidden") LookAfterProcWasHidden();
  if (mode == "memory") LookWithoutMemory(std::stol(arguments[1]));
  if (mode == "each-allocation") LookWhileEachAllocationFails();
  if (mode == "each-allocation-of-a-check") CheckWhileEachAllocationFails();
  if (mode == "each-allocation-of-allow-leaks") AllowLeaksWhileEachAllocationFails();
  if (mode == "each-allocation-of-a-name") NameAFunctionWhileEachAllocationFails();
  if (mode == "memory-for-snapshots") TakeSnapshotsWithoutMemory();
  if (mode == "address-space") LookInLittleAddressSpace(std::stoul(arguments[1]));
  if (mode == "signals") LookWhileSignalled();
  if (mode == "signals-there") LookAtOneWhoIsSignalled();
  if (mode == "disk-full") ReportToAFullDisk(arguments[1]);
  if (mode == "deny")
    LookWithoutTheCall(arguments[1], static_cast<unsigned>(std::stoul(arguments[2])));
  const Snapshot before = Snapshot::Take();
  LeakOne();
  ReportAndExit(before);
}

}  // namespace
}  // namespace taskleak::environment

int main(int count, char** arguments) {
  std::thread([] {}).join();  // ThreadSanitizer starts a thread with it
  std::vector<std::string> all(arguments + 1, arguments + count);
  all.resize(std::max<std::size_t>(all.size(), 1));
  taskleak::environment::Run(all);
}
