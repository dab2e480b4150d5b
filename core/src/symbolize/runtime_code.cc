#include "symbolize/runtime_code.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace taskleak::symbolize {
namespace {

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](std::string_view prefix) { return text.starts_with(prefix); });
}

}  // namespace

bool IsThreadTrampoline(std::string_view plain_name) {
  constexpr std::array<std::string_view, 13> kTrampolines = {"taskleak_run_thread",
                                                             "taskleak::internal::RunThread",
                                                             "taskleak::internal::RunC11Routine",
                                                             "taskleak::internal::CallThen",
                                                             "execute_native_thread_routine",
                                                             "start_thread",
                                                             "clone",
                                                             "clone3",
                                                             "__clone",   // as static programs have
                                                             "__clone3",  // them since glibc 2.43
                                                             "_start",
                                                             "make_fcontext",
                                                             "asan_thread_start"};
  return std::find(kTrampolines.begin(), kTrampolines.end(), plain_name) != kTrampolines.end();
}

bool IsRuntimeName(std::string_view plain_name) {
  if (StartsWithAny(plain_name, {"std::", "__gnu_cxx::", "__cxxabiv1::", "__gnu_debug::",
                                 "__asan::", "__tsan::", "__msan::", "__lsan::", "__ubsan::",
                                 "__sanitizer::", "__interception::", "__interceptor_",
                                 "___interceptor_", "__libc_start_", "taskleak::hooks::",
                                 "boost::context::", "boost::fibers::", "boost::this_fiber::"})) {
    return true;
  }
  // Names that the C++ standard reserves to the implementation ([lex.name]), such as
  // __gthread_mutex_lock; not members of such scopes.
  if (plain_name.starts_with("__") && plain_name.find("::") == std::string_view::npos) return true;
  // The hooks' pthread_join and its kin, which are in the executable, and "pthread_join::{lambda}"
  // within them. Both prefixes are reserved (POSIX 2.2.2; C11 7.31.15).
  if (StartsWithAny(plain_name, {"pthread_", "thrd_"})) return true;
  return IsThreadTrampoline(plain_name);
}

bool IsSystemModule(std::string_view file_name) {
  // Names with a version inside ("libc-2.31.so") and with one behind ("libc.so.6").
  return StartsWithAny(
      file_name,
      {"libc.so",      "libc-2.",      "libpthread.so",  "libpthread-2.",   "libm.so",
       "libm-2.",      "libdl.so",     "libdl-2.",       "librt.so",        "librt-2.",
       "libresolv.so", "libanl.so",    "libnss_",        "ld-linux",        "ld-2.",
       "ld-musl",      "libstdc++.so", "libc++.so",      "libc++abi.so",    "libgcc_s",
       "libunwind",    "linux-vdso",   "linux-gate",     "[vdso",           "[vsyscall",
       "libasan.so",   "libtsan.so",   "liblsan.so",     "libubsan.so",     "libhwasan.so",
       "libmsan.so",   "libclang_rt.", "libboost_fiber", "libboost_context"});
}

bool IsInstalledLibrary(std::string_view path) {
  return path.find(".so") != std::string_view::npos &&
         StartsWithAny(path, {"/usr/", "/lib/", "/lib64/", "/opt/"});
}

bool IsThreadLibraryName(std::string_view plain_name) {
  return StartsWithAny(plain_name, {"boost::",
                                    "absl::",
                                    "folly::",
                                    "tbb::",
                                    "asio::",
                                    "stdexec::",
                                    "cppcoro::",
                                    "uv_",
                                    "QThread",
                                    "QtPrivate::",
                                    "QtConcurrent::",
                                    "QRunnable",
                                    "Poco::",
                                    "g_thread_",
                                    "apr_thread_",
                                    "GOMP_",
                                    "gomp_",
                                    "__kmp",
                                    "kmp_",
                                    "SDL_CreateThread",
                                    "dispatch_",
                                    "ACE_",
                                    "wxThread",
                                    "rclcpp::executors::",
                                    "grpc_core::Thread",
                                    "spdlog::details::thread_pool",
                                    "testing::",
                                    "Catch::",
                                    "doctest::",
                                    "taskleak::internal::",
                                    "taskleak::hooks::"});
}

}  // namespace taskleak::symbolize
