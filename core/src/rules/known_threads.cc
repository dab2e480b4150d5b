#include "rules/known_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "rules/declared_threads.h"
#include "rules/system_threads.h"
#include "symbolize/symbolizer.h"

namespace taskleak::rules {
namespace {

using Texts = std::initializer_list<std::string_view>;

std::vector<Pattern> Patterns(Texts texts) { return {texts.begin(), texts.end()}; }

bool AnyMatches(const std::vector<Pattern>& patterns, std::string_view text) {
  return !text.empty() && std::ranges::any_of(patterns, [text](const Pattern& pattern) {
    return pattern.Matches(text);
  });
}

KnownRule Rule(Texts names, Texts modules, Texts functions) {
  return {Patterns(names), Patterns(modules), Patterns(functions)};
}

// Makes a rule for threads of a virtual machine, which run code that it has generated.
KnownRule GeneratingRule(Texts names, Texts modules) {
  KnownRule rule = Rule(names, modules, {});
  rule.generates_code = true;
  return rule;
}

KnownThreads Entry(std::string_view name, std::string_view what,
                   std::initializer_list<KnownRule> rules) {
  return {.name = name, .what = what, .rules = rules};
}

KnownThreads Entry(std::string_view name, std::string_view what, bool (*is)(const Candidate&),
                   std::string_view how) {
  return {.name = name, .what = what, .rules = {}, .is = is, .how = how};
}

KnownThreads ProcessEntry(std::string_view name, std::string_view what, Texts commands) {
  return {.name = name, .what = what, .rules = {}, .commands = Patterns(commands)};
}

std::vector<KnownThreads> MakeList() {
  const Texts any;
  return {
      Entry("declared", "threads that a library declares as its own", IsDeclared,
            "taskleak/background_thread.h in the library"),
      Entry("tsan", "ThreadSanitizer's background thread", IsTsanThread,
            "function:__tsan::BackgroundThread, or nothing but libtsan's code"),
      Entry("sanitizers", "the other sanitizers' background thread", IsSanitizerThread,
            "function:__sanitizer::BackgroundThread, or nothing but their runtime's code"),
      Entry("io_uring", "kernel workers of io_uring", IsKernelWorker,
            "threads that run in the kernel only"),
      Entry("glibc_timer", "glibc's helper for SIGEV_THREAD timers", IsTimerHelper,
            "waits for the signal that glibc keeps to itself"),
      Entry("glibc_helper", "glibc's helpers for mq_notify, getaddrinfo_a and POSIX aio",
            IsLibcHelper, "nothing but glibc's code, with all signals blocked"),
      Entry("jemalloc", "jemalloc's background threads",
            {Rule(any, {"libjemalloc.so*"}, {"background_thread_*", "je_*"})}),
      Entry("grpc", "gRPC's event engine and timers",
            {Rule({"event_engine", "lifeguard", "timer_manager", "grpc_global_tim",
                   "default-executo", "resolver-execut"},
                  {"libgrpc*", "libgpr.so*", "libabsl_*"},
                  {"grpc_core::*", "grpc_event_engine::*", "gpr_*", "grpc_*", "absl::*",
                   "AbslInternal*", "timer_thread", "timer_main_loop", "wait_until"})}),
      Entry("glib", "GLib's workers",
            {Rule({"gmain", "gdbus", "pool-spawner"}, {"libglib-2.0.so*", "libgio-2.0.so*"},
                  {"g_*", "glib_*", "gdbus_*"})}),
      Entry("glib_pool", "GLib's idle threads, which it keeps for the next pool", IsIdleGlibThread,
            "thread_name:pool*, in g_cond_wait_until, and nothing but GLib's code"),
      Entry("qt", "Qt's D-Bus connection",
            {Rule({"QDBusConnection"}, {"libQt*"},
                  {"QDBus*", "QThread*", "QEvent*", "QUnix*", "QAbstractEvent*", "QCore*"})}),
      Entry("libuv", "libuv's pool",
            {Rule(any, {"libuv.so*"}, {}), Rule({"libuv-worker"}, {}, {"worker", "uv_*"})}),
      Entry("folly", "folly's singletons",
            {Rule({"FutureTimekeepr", "log_writer", "ThreadedCtrl"}, {"libfolly*", "libevent*"},
                  {"folly::*", "event_base_*", "epoll_dispatch"})}),
      Entry("aws", "the AWS common runtime",
            {Rule({"AwsEventLoop*", "AwsHostResolver", "EvntLoopCleanup"}, {"libaws-*"},
                  {"aws_*", "s_*", "thread_fn"})}),
      Entry("tbb", "oneTBB's workers", {Rule(any, {"libtbb.so*"}, {"tbb::*"})}),
      Entry("libgomp", "GCC's OpenMP workers", {Rule(any, {"libgomp.so*"}, {"gomp_*", "GOMP_*"})}),
      Entry("libomp", "LLVM's and Intel's OpenMP workers",
            {Rule(any, {"libomp.so*", "libiomp5.so*"}, {"__kmp*", "kmp_*"})}),
      Entry("openblas", "OpenBLAS's workers",
            {Rule(any, {"libopenblas*"}, {"blas_thread_server", "exec_threads"})}),
      Entry("c-ares", "c-ares' event threads", {Rule(any, {"libcares.so*"}, {"ares_*"})}),
      Entry("curl", "curl's resolver pool",
            {Rule(any, {"libcurl*"}, {"thrdslot_run", "Curl_*", "curl_*"})}),
      // A thread of the machine either runs nothing but its library, or is written in Java and
      // known by name.
      Entry("jvm", "an embedded Java machine",
            {Rule(any, {"libjvm.so*"}, {}),
             GeneratingRule({"Reference Handl", "Finalizer", "Common-Cleaner", "Signal Dispatch",
                             "Attach Listener"},
                            {"libjvm.so*", "libjava.so*"})}),
      // compiler-rt, lib/sanitizer_common/sanitizer_symbolizer_posix_libcdep.cpp
      ProcessEntry("symbolizer", "the program that a sanitizer's runtime asks for names",
                   {"llvm-symbolizer*", "*/llvm-symbolizer*", "re:addr2line( -C)?( -i)? -fe "}),
      // Lib/multiprocessing/resource_tracker.py and forkserver.py
      ProcessEntry("python", "an embedded Python's helpers for its own processes",
                   {"re: -c from multiprocessing\\.(resource_tracker|semaphore_tracker|forkserver) "
                    "import main"}),
      // orte/mca/ess/singleton/ess_singleton_module.c
      ProcessEntry("open_mpi", "Open MPI's daemon for a program that was not started by mpirun",
                   {"orted", "orted *", "*/orted *"}),
  };
}

std::string Joined(std::string_view kind, const std::vector<Pattern>& patterns) {
  std::string text;
  for (const Pattern& pattern : patterns)
    text += (text.empty() ? std::string(kind) + ':' : ", ") + pattern.text();
  return text;
}

}  // namespace

// Checks the frames outward, up to those that only start threads. The outermost frame must be the
// library's own, and no other frame may be the program's.
bool KnownRule::Matches(const Candidate& thread) const {
  if (!names.empty() && !AnyMatches(names, thread.name)) return false;
  bool own_start = false;
  bool runs_library = false;
  const auto& frames = thread.look.stack.frames;
  for (const platform::RawFrame& frame : frames) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    const bool of_library =
        AnyMatches(modules, quick.module) || AnyMatches(functions, quick.plain_name);
    runs_library = runs_library || of_library;
    const bool own = of_library || (generates_code && quick.module.empty());
    if (!own && (quick.runtime || quick.system_module)) continue;
    if (!own && !quick.installed_library) return false;
    own_start = own;
  }
  return own_start && runs_library;
}

std::string KnownRule::ToString() const {
  const std::vector<std::string> parts = {Joined("thread_name", names), Joined("module", modules),
                                          Joined("function", functions),
                                          generates_code ? "code in no module" : ""};
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

bool KnownThreads::Matches(const Candidate& thread) const {
  return (is != nullptr && is(thread)) ||
         std::ranges::any_of(rules, [&](const KnownRule& rule) { return rule.Matches(thread); });
}

bool KnownThreads::MatchesProcess(std::string_view command, std::string_view program) const {
  return AnyMatches(commands, command) || AnyMatches(commands, program);
}

const std::vector<KnownThreads>& AllKnownThreads() {
  static const auto* const list = new std::vector<KnownThreads>(MakeList());
  return *list;
}

}  // namespace taskleak::rules
