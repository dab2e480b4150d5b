#include "check/known_threads.h"

#include <initializer_list>

namespace taskleak::check {
namespace {

KnownThreads Entry(std::string_view name, std::string_view what,
                   std::initializer_list<std::string_view> rules) {
  KnownThreads entry{name, what, {}};
  for (const std::string_view rule : rules) entry.rules.push_back(IgnoreRule::Parse(rule));
  return entry;
}

std::vector<KnownThreads> MakeList() {
  return {
      Entry("tsan", "ThreadSanitizer's background thread", {"function:__tsan::BackgroundThread"}),
      Entry("sanitizers", "the sanitizers' background thread",
            {"function:__sanitizer::BackgroundThread"}),
      Entry("io_uring", "kernel workers of io_uring",
            {"thread_name:iou-wrk-*", "thread_name:iou-mgr-*", "thread_name:iou-sqp-*"}),
      Entry("glibc_timer", "glibc's helper for SIGEV_THREAD timers",
            {"function:timer_helper_thread"}),
      Entry("jemalloc", "jemalloc's background threads",
            {"thread_name:jemalloc_bg_thd", "function:background_thread_entry"}),
      Entry("grpc", "gRPC's event engine and timers",
            {"thread_name:event_engine", "thread_name:lifeguard", "thread_name:timer_manager",
             "thread_name:grpc_global_tim", "thread_name:default-executo",
             "thread_name:resolver-execut"}),
      Entry("glib", "GLib's workers",
            {"thread_name:gmain", "thread_name:gdbus", "thread_name:pool-spawner",
             "function:glib_worker_main", "function:g_thread_pool_spawn_thread"}),
      Entry("qt", "Qt's D-Bus connection", {"thread_name:QDBusConnection"}),
      Entry("libuv", "libuv's pool", {"thread_name:libuv-worker", "module:libuv.so*"}),
      Entry("folly", "folly's singletons",
            {"thread_name:FutureTimekeepr", "thread_name:log_writer", "thread_name:ThreadedCtrl"}),
      Entry("aws", "the AWS common runtime",
            {"thread_name:AwsEventLoop*", "thread_name:AwsHostResolver",
             "thread_name:EvntLoopCleanup"}),
      Entry("tbb", "oneTBB's workers",
            {"module:libtbb.so*", "function:*private_worker::thread_routine"}),
      Entry("libgomp", "GCC's OpenMP workers", {"module:libgomp.so*"}),
      Entry("libomp", "LLVM's and Intel's OpenMP workers",
            {"function:__kmp_launch_worker", "module:libomp.so*", "module:libiomp5.so*"}),
      Entry("openblas", "OpenBLAS's workers", {"function:blas_thread_server"}),
      Entry("c-ares", "c-ares' event threads",
            {"function:ares_event_thread", "function:ares_event_configchg_thread"}),
      Entry("curl", "curl's resolver pool", {"function:thrdslot_run"}),
      Entry("jvm", "an embedded Java machine",
            {"thread_name:VM Thread", "thread_name:GC Thread#*", "thread_name:C1 CompilerThre",
             "thread_name:C2 CompilerThre", "thread_name:VM Periodic Tas",
             "thread_name:Service Thread", "thread_name:Attach Listener",
             "thread_name:Reference Handl"}),
  };
}

}  // namespace

const std::vector<KnownThreads>& AllKnownThreads() {
  static const auto* const list = new std::vector<KnownThreads>(MakeList());
  return *list;
}

}  // namespace taskleak::check
