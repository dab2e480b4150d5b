#include "symbolize/runtime_code.h"

#include <gtest/gtest.h>

namespace taskleak::symbolize {
namespace {

TEST(RuntimeNameTest, TellsTheRuntimeFromUserCode) {
  for (const char* name : {"std::thread::_State_impl::_M_run", "std::__invoke", "clone3",
                           "__gnu_cxx::__exchange_and_add", "start_thread", "__tsan::Foo",
                           "__interceptor_pthread_create", "__libc_start_main",
                           "taskleak_run_thread", "taskleak::internal::RunC11Routine",
                           "taskleak::internal::RunThread", "taskleak::internal::CallThen",
                           "pthread_join::{lambda}::operator()", "pthread_join", "thrd_join"}) {
    EXPECT_TRUE(IsRuntimeName(name)) << name;
  }
  for (const char* name : {"main", "stdx::Run", "my::std::Run", "cloner", "", "start_threads"})
    EXPECT_FALSE(IsRuntimeName(name)) << name;
}

TEST(SystemModuleTest, KnowsLibcTheLoaderAndTheRuntimes) {
  for (const char* file : {"libc.so.6", "libc-2.31.so", "libstdc++.so.6.0.30", "libpthread.so.0",
                           "ld-linux-x86-64.so.2", "[vdso: 123]", "linux-vdso.so.1", "libasan.so.8",
                           "libtsan.so.2", "libgcc_s.so.1", "libc++.so.1"}) {
    EXPECT_TRUE(IsSystemModule(file)) << file;
  }
  for (const char* file : {"libcurl.so.4", "libmine.so", "app", "", "libm17n.so", "libgomp.so.1"})
    EXPECT_FALSE(IsSystemModule(file)) << file;
}

}  // namespace
}  // namespace taskleak::symbolize
