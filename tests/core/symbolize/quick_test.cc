#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "symbolize/symbolizer.h"

namespace taskleak::symbolize {

int ExternalFunction(int value) { return value + 1; }

namespace {

template <typename T>
int Templated(T value) {
  return static_cast<int>(value) + 2;
}

static int StaticFunction(int value) { return value + 3; }

template <typename Function>
platform::RawFrame At(Function* function) {
  return {.pc = reinterpret_cast<std::uintptr_t>(function)};
}

TEST(QuickTest, NamesGlobalHiddenAndTemplateFunctions) {
  EXPECT_EQ(Quick(At(&ExternalFunction)).function, "taskleak::symbolize::ExternalFunction(int)");
  EXPECT_EQ(Quick(At(&StaticFunction)).plain_name,
            "taskleak::symbolize::(anonymous namespace)::StaticFunction");
  const QuickFrame& frame = Quick(At(&Templated<short>));
  EXPECT_EQ(frame.plain_name, "taskleak::symbolize::(anonymous namespace)::Templated");
  EXPECT_NE(frame.function.find("<short>"), std::string::npos);
  EXPECT_EQ(frame.module, "quick_test");
  EXPECT_FALSE(frame.runtime);
  EXPECT_FALSE(frame.system_module);
}

TEST(QuickTest, NamesALambda) {
  int (*const function)(int) = [](int value) { return value + 4; };
  EXPECT_EQ(Quick(At(function)).plain_name,
            "taskleak::symbolize::(anonymous namespace)::QuickTest_NamesALambda_Test::TestBody::"
            "{lambda}::_FUN");
}

TEST(QuickTest, AReturnAddressBelongsToTheCallBeforeIt) {
  platform::RawFrame frame = At(&ExternalFunction);
  frame.is_return_address = true;  // a call at the end of the previous function
  EXPECT_NE(Quick(frame).plain_name, "taskleak::symbolize::ExternalFunction");
  frame.pc += 1;
  EXPECT_EQ(Quick(frame).plain_name, "taskleak::symbolize::ExternalFunction");
}

TEST(QuickTest, MarksTheRuntime) {
  const QuickFrame& read =
      Quick({.pc = reinterpret_cast<std::uintptr_t>(dlsym(RTLD_NEXT, "gnu_get_libc_version"))});
  EXPECT_EQ(read.plain_name, "gnu_get_libc_version");
  EXPECT_EQ(read.module, "libc.so.6");
  EXPECT_TRUE(read.runtime);
  EXPECT_TRUE(read.system_module);
}

TEST(QuickTest, AnAddressInNoModuleHasNeitherNameNorModule) {
  int local = 0;
  const QuickFrame& frame = Quick({.pc = reinterpret_cast<std::uintptr_t>(&local)});
  EXPECT_EQ(frame.function, "");
  EXPECT_EQ(frame.module, "");
  EXPECT_FALSE(frame.runtime);
  EXPECT_EQ(&frame, &Quick({.pc = 1}));
}

TEST(QuickTest, SeveralThreadsMayAskAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (std::uintptr_t offset = 0; offset < 4000; offset += 8) {
        platform::RawFrame frame = At(&ExternalFunction);
        frame.pc += offset;
        EXPECT_EQ(Quick(frame).module, "quick_test");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace taskleak::symbolize
