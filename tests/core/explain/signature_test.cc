#include "explain/signature.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "symbolize/function_name.h"

namespace taskleak::explain {
namespace {

Frame MakeFrame(std::string function, bool runtime = false, std::string module = "pool_test",
                std::uintptr_t offset = 0x100) {
  Frame frame;
  frame.function = std::move(function);
  frame.runtime = runtime;
  frame.module = std::move(module);
  frame.module_offset = offset;
  frame.address = 0x400000 + offset;
  return frame;
}

symbolize::ResolvedStack MakeStack(std::vector<Frame> frames) {
  symbolize::ResolvedStack stack;
  for (const Frame& frame : frames)
    stack.plain_names.push_back(symbolize::PlainName(frame.function));
  stack.stack = Stack(std::move(frames));
  return stack;
}

std::string Of(const std::vector<Frame>& frames, const std::vector<Frame>& created_by = {},
               const std::string& name = "worker") {
  Unit unit;
  unit.name = name;
  return Sign(unit, MakeStack(frames), MakeStack(created_by)).now;
}

const Frame kWait = MakeFrame("pthread_cond_wait", true, "libc.so.6");
const Frame kThread = MakeFrame("std::thread::_State_impl<X>::_M_run()", true);

TEST(SignatureTest, IsTwelveHexDigits) {
  const std::string signature = Of({MakeFrame("Run()")});
  EXPECT_EQ(signature.size(), 12U);
  EXPECT_EQ(signature.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SignatureTest, AddressesLinesAndRuntimeFramesDoNotCount) {
  Frame moved = MakeFrame("pool::Run(int)", false, "pool_test", 0x999);
  moved.line = 12;
  EXPECT_EQ(Of({kWait, MakeFrame("pool::Run(int)"), kThread}), Of({kWait, kWait, moved}));
}

TEST(SignatureTest, ParametersTemplateArgumentsAndLambdaNumbersDoNotCount) {
  EXPECT_EQ(Of({MakeFrame("void pool::Run<int>(int)::{lambda()#1}::operator()() const")}),
            Of({MakeFrame("void pool::Run<long>(long)::{lambda()#2}::operator()() const")}));
}

TEST(SignatureTest, NumbersOfGeneratedTestCasesDoNotCount) {
  const auto of = [](const std::string& test) {
    return Of({MakeFrame("Run()")},
              {MakeFrame(test + "()::{lambda()#1}::operator()() const"), MakeFrame(test + "()")});
  };
  EXPECT_EQ(of("C_A_T_C_H_T_E_S_T_14"), of("C_A_T_C_H_T_E_S_T_2"));
  EXPECT_EQ(of("CATCH2_INTERNAL_TEST_0"), of("CATCH2_INTERNAL_TEST_26"));
  EXPECT_NE(of("CATCH2_INTERNAL_TEST_0"), of("Helper"));
}

// BOOST_AUTO_TEST_CASE makes a class of each test case, and a function that calls it.
TEST(SignatureTest, ATestCaseOfBoostCountsByItsName) {
  const auto of = [](const std::string& test) {
    return Of({MakeFrame("Run()")}, {MakeFrame(test + "::test_method()::{lambda()#1}::operator()"),
                                     MakeFrame(test + "::test_method()")});
  };
  EXPECT_NE(of("PoolSuite::Restarts"), of("PoolSuite::Stops"));
  EXPECT_NE(of("PoolSuite::Restarts"), of("QueueSuite::Restarts"));
  EXPECT_EQ(of("PoolSuite::Restarts<int>"), of("PoolSuite::Restarts<long>"));
  EXPECT_NE(Of({MakeFrame("PoolSuite::Restarts_invoker()")}),
            Of({MakeFrame("PoolSuite::Stops_invoker()")}));
}

// The tests of TEST_P share a function; those of TYPED_TEST differ in its template argument.
TEST(SignatureTest, TheIndexOfAParameterOfGoogleTestDoesNotCount) {
  const auto of = [](const std::string& test, const std::string& name) {
    return Of({MakeFrame("Run()")}, {MakeFrame(test + "::TestBody()")}, name);
  };
  EXPECT_EQ(of("PoolTest_Restarts_Test", "PoolTest.Restarts/0"),
            of("PoolTest_Restarts_Test", "PoolTest.Restarts/12"));
  EXPECT_EQ(of("PoolTest_Restarts_Test<int>", ""), of("PoolTest_Restarts_Test<long>", ""));
  EXPECT_EQ(Of({kWait}, {}, "PoolTest.Restarts/0"), Of({kWait}, {}, "PoolTest.Restarts/12"));
  EXPECT_NE(of("PoolTest_Restarts_Test", ""), of("PoolTest_Stops_Test", ""));
}

TEST(SignatureTest, AGeneratedNameLeavesAFormerSignatureWithIt) {
  const auto sign = [](const std::string& function) {
    return Sign(Unit(), MakeStack({MakeFrame(function)}), {});
  };
  EXPECT_EQ(sign("CATCH2_INTERNAL_TEST_0()").former.size(), 12U);
  EXPECT_NE(sign("CATCH2_INTERNAL_TEST_0()").former, sign("CATCH2_INTERNAL_TEST_2()").former);
  EXPECT_NE(sign("CATCH2_INTERNAL_TEST_0()").former, sign("CATCH2_INTERNAL_TEST_0()").now);
  EXPECT_EQ(sign("Foo_Bar_Test::TestBody()").former, "");
}

// Another version of GoogleTest, or of its build, has other functions there.
TEST(SignatureTest, FunctionsOfATestFrameworkAroundATestDoNotCount) {
  const auto sign = [](const std::vector<Frame>& outermost) {
    std::vector<Frame> creator = {MakeFrame("testing::Helper()"), MakeFrame("Start()"),
                                  MakeFrame("Foo_Bar_Test::TestBody()")};
    creator.insert(creator.end(), outermost.begin(), outermost.end());
    return Sign(Unit(), MakeStack({MakeFrame("Run()")}), MakeStack(creator));
  };
  const Frame main = MakeFrame("main");
  const Frame start = MakeFrame("_start", true);
  const Signatures one = sign({MakeFrame("testing::Test::Run()"), main, start});
  const Signatures other =
      sign({MakeFrame("testing::internal::HandleExceptions<void>(void (*)())"),
            MakeFrame("testing::Test::Run()"), MakeFrame("RUN_ALL_TESTS()"), main, start});
  EXPECT_EQ(one.now, other.now);
  EXPECT_EQ(one.now, sign({}).now);
  EXPECT_EQ(one.former.size(), 12U);
  EXPECT_NE(one.former, other.former);
  EXPECT_EQ(sign({}).former, "");
}

TEST(SignatureTest, FunctionsOfATestFrameworkCountIfNothingElseDoes) {
  const auto of = [](const std::string& function) {
    return Of({kWait}, {MakeFrame(function), MakeFrame("main")});
  };
  EXPECT_NE(of("testing::Start()"), of("testing::Stop()"));
}

TEST(SignatureTest, OtherFunctionsOrCreatorsOrKindsAreOtherSignatures) {
  EXPECT_NE(Of({MakeFrame("Run()")}), Of({MakeFrame("Stop()")}));
  EXPECT_NE(Of({MakeFrame("Run()")}, {MakeFrame("A()")}),
            Of({MakeFrame("Run()")}, {MakeFrame("B()")}));
  Unit task;
  task.kind = UnitKind::kTask;
  EXPECT_NE(Sign(task, MakeStack({MakeFrame("Run()")}), {}).now, Of({MakeFrame("Run()")}));
}

TEST(SignatureTest, WhatASystemLibraryCallsBackDoesNotCount) {
  const Frame callback = MakeFrame("Callback()");
  EXPECT_EQ(Of({callback, kWait, MakeFrame("Run()")}), Of({kWait, MakeFrame("Run()")}));
}

TEST(SignatureTest, WithoutFunctionsTheNameCountsAndItsNumbersDoNot) {
  EXPECT_EQ(Of({kWait}, {}, "worker-1"), Of({kWait}, {}, "worker-22"));
  EXPECT_NE(Of({kWait}, {}, "worker-1"), Of({kWait}, {}, "reader-1"));
}

TEST(SignatureTest, UnnamedFramesGoByModuleAndOffset) {
  EXPECT_EQ(Of({MakeFrame("", false, "stripped", 0x10)}),
            Of({MakeFrame("", false, "stripped", 0x10)}));
  EXPECT_NE(Of({MakeFrame("", false, "stripped", 0x10)}),
            Of({MakeFrame("", false, "stripped", 0x20)}));
}

}  // namespace
}  // namespace taskleak::explain
