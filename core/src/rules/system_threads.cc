#include "rules/system_threads.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "linux/look/futex_call.h"
#include "linux/proc/memory.h"
#include "linux/proc/thread_info.h"
#include "symbolize/runtime_code.h"
#include "symbolize/symbolizer.h"

namespace taskleak::rules {
namespace {

using platform::RawFrame;

constexpr std::uint64_t Bit(int signal) { return std::uint64_t{1} << (signal - 1); }

// One of libc's own signals, which libc's functions for signals do not let programs use
// (sysdeps/unix/sysv/linux/internal-signals.h). This one ends threads and serves timers.
constexpr int kTimerSignal = 32;

// Libc starts its helpers with blocked signals, so that no handler of the program runs in them. A
// sanitizer's runtime leaves out a few more signals.
bool BlocksNearlyAllSignals(int tid) {
  constexpr int kMostOpen = 8;
  constexpr int kSignals = 64;
  int blocked = 0;
  const auto mask = platform::BlockedSignals(tid);
  for (int signal = 1; mask && signal <= kSignals; ++signal)
    blocked += (*mask & Bit(signal)) != 0 ? 1 : 0;
  return blocked >= kSignals - kMostOpen;
}

bool IsPartOfLibc(std::string_view module) {
  constexpr std::array<std::string_view, 8> kParts = {
      "libc.so", "libc-2.", "libpthread", "librt", "libanl", "libresolv", "libnss_", "ld-linux"};
  return std::ranges::any_of(kParts,
                             [&](std::string_view part) { return module.starts_with(part); });
}

// Returns the function that the thread was started with, in a static executable that still has its
// symbols.
std::string_view StartFunction(const platform::ThreadLook& look) {
  for (auto frame = look.stack.frames.rbegin(); frame != look.stack.frames.rend(); ++frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(*frame);
    // clone.S has the label thread_start on aarch64. Programs use that name too, for functions of
    // their own, so it is not one of the trampolines that reports leave out.
    if (quick.plain_name != "thread_start" && !symbolize::IsThreadTrampoline(quick.plain_name))
      return quick.plain_name;
  }
  return {};
}

bool IsWhole(const platform::ThreadLook& look) {
  return !look.stack.frames.empty() && look.stack.missing.nothing();
}

bool IsAllLibc(const platform::ThreadLook& look) {
  return IsWhole(look) && std::ranges::all_of(look.stack.frames, [](const RawFrame& frame) {
           return IsPartOfLibc(symbolize::Quick(frame).module);
         });
}

// sysdeps/unix/sysv/linux/mq_notify.c: the helper receives notifications of 32 bytes from the
// kernel, each as a whole.
bool ReceivesNotifications(const platform::BlockedAt& at) {
  constexpr std::uint64_t kSize = 32;
  return at.number == SYS_recvfrom && at.arguments[2] == kSize &&
         at.arguments[3] == (MSG_NOSIGNAL | MSG_WAITALL);
}

// Returns true for a call that every thread makes when it begins or ends, with all signals blocked.
// Such a call shows nothing.
bool MayBeginOrEnd(const platform::BlockedAt& at) {
  constexpr std::array<long, 9> kCalls = {SYS_munmap,         SYS_mprotect, SYS_madvise,
                                          SYS_exit,           SYS_rseq,     SYS_set_robust_list,
                                          SYS_rt_sigprocmask, SYS_mmap,     -1};
  return at.running || std::ranges::find(kCalls, at.number) != kCalls.end();
}

// A helper without work waits at a condition variable for some time, and then ends
// (rt/aio_misc.c, resolv/gai_misc.c); all other waits on a futex may be waits of a thread that
// ends.
bool IsIdleOrAtWork(const platform::ThreadLook& look) {
  if (MayBeginOrEnd(look.at)) return false;
  return !platform::IsInFutex(look.at) ||
         std::ranges::any_of(look.stack.frames, [](const RawFrame& frame) {
           return symbolize::Quick(frame).plain_name.find("pthread_cond_timedwait") !=
                  std::string_view::npos;
         });
}

bool IsRequestHelper(const platform::ThreadLook& look) {
  if (!IsIdleOrAtWork(look)) return false;
  if (IsAllLibc(look)) return true;
  const std::string_view start = StartFunction(look);
  return start == "handle_fildes_io" || start == "handle_requests";
}

// Recognizes a runtime's thread by its function's name or, if that is stripped, by the modules on
// its stack: the program's threads have code of the program, of the C++ runtime or of another
// library as well. While those begin or end, only the runtime's code is on their stacks too, but
// then they run or wait for another thread.
bool RunsOnly(const Candidate& thread, std::string_view function,
              std::initializer_list<std::string_view> runtimes) {
  const std::vector<RawFrame>& frames = thread.look.stack.frames;
  // This comes first: Clang links its runtimes into the program, and then their functions are not
  // in a library.
  if (std::ranges::any_of(frames, [function](const RawFrame& frame) {
        return symbolize::Quick(frame).plain_name == function;
      }))
    return true;
  bool in_runtime = false;
  for (const RawFrame& frame : frames) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    const bool of_runtime = std::ranges::any_of(
        runtimes, [&](std::string_view runtime) { return quick.module.starts_with(runtime); });
    if (!of_runtime && !IsPartOfLibc(quick.module)) return false;
    in_runtime = in_runtime || of_runtime;
  }
  const platform::BlockedAt& at = thread.look.at;
  return in_runtime && !MayBeginOrEnd(at) && !platform::IsInFutex(at) && IsWhole(thread.look) &&
         BlocksNearlyAllSignals(thread.tid);
}

// Returns whether this is a function on an idle thread's stack, for GLib that is linked statically.
bool IsGlibsThreadFunction(std::string_view name) {
  return std::ranges::any_of(std::array<std::string_view, 4>{"g_cond_", "g_async_queue_",
                                                             "g_thread_pool_", "g_thread_proxy"},
                             [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

// sysdeps/unix/sysv/linux/timer_routines.c: the helper waits for just that signal, which no
// function of libc lets a program wait for. This applies to static executables as well.
bool IsTimerHelper(const Candidate& thread) {
  const platform::BlockedAt& at = thread.look.at;
  return at.number == SYS_rt_sigtimedwait &&
         platform::ReadValue<std::uint64_t>(at.arguments[0]) == Bit(kTimerSignal);
}

bool IsLibcHelper(const Candidate& thread) {
  return (ReceivesNotifications(thread.look.at) || IsRequestHelper(thread.look)) &&
         !IsTimerHelper(thread) && BlocksNearlyAllSignals(thread.tid);
}

bool IsTsanThread(const Candidate& thread) {
  return RunsOnly(thread, "__tsan::BackgroundThread", {"libtsan.so", "libclang_rt.tsan"});
}

bool IsSanitizerThread(const Candidate& thread) {
  return RunsOnly(thread, "__sanitizer::BackgroundThread",
                  {"libasan.so", "liblsan.so", "libubsan.so", "libmsan.so", "libclang_rt.asan"});
}

// glib/gthreadpool.c: idle threads of all pools wait in one queue for half a second at a time; a
// thread of an exclusive pool waits for that pool's work without a limit.
bool IsIdleGlibThread(const Candidate& thread) {
  if (!thread.name.starts_with("pool") || !IsWhole(thread.look)) return false;
  bool waits_for_a_time = false;
  for (const RawFrame& frame : thread.look.stack.frames) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    const bool of_glib =
        quick.module.starts_with("libglib-2.0.so") || IsGlibsThreadFunction(quick.plain_name);
    if (!of_glib && !quick.runtime && !quick.system_module) return false;
    waits_for_a_time = waits_for_a_time || quick.plain_name == "g_cond_wait_until";
  }
  return waits_for_a_time;
}

bool IsKernelWorker(const Candidate& thread) {
  const auto stat = platform::ReadThreadStat(thread.tid);
  return stat && stat->kernel_worker;
}

}  // namespace taskleak::rules
