#include "report/frame_lines.h"

#include <string>

#include <gtest/gtest.h>

namespace taskleak::report {
namespace {

TEST(FrameLinesTest, ShortensLongFunctions) {
  EXPECT_EQ(ShortFunction("pool::Run(int)"), "pool::Run(int)");
  EXPECT_EQ(ShortFunction("std::vector<std::pair<int, std::string>, std::allocator<int> > "
                          "Build<int>(int, long, char const*)"),
            "Build(...)");
  EXPECT_EQ(ShortFunction(std::string(80, 'n') + "::" + std::string(40, 'm') + "::Run(int, long)"),
            "...::" + std::string(40, 'm') + "::Run(...)");
  EXPECT_EQ(ShortFunction("Serve(int)::{lambda(int)#1}::operator()(int) const"), "Serve::{lambda}");
  EXPECT_EQ(ShortFunction("Serve(int)::$_0::operator()(int) const"), "Serve::{lambda}");
}

TEST(FrameLinesTest, AGeneratedTestCaseHasTheNameOfItsTest) {
  const std::string body = "CATCH2_INTERNAL_TEST_7()";
  EXPECT_EQ(WithTestName(body, "Pool (all)"), "test \"Pool (all)\"");
  EXPECT_EQ(WithTestName(body + "::{lambda()#2}::operator()() const", "Pool"),
            "test \"Pool\"::{lambda}");
  EXPECT_EQ(WithTestName("(anonymous namespace)::C_A_T_C_H_T_E_S_T_3::test()", "Pool"),
            "test \"Pool\"");
  EXPECT_EQ(WithTestName(body, ""), body);
  EXPECT_EQ(WithTestName("Helper()", "Pool"), "Helper()");
}

TEST(FrameLinesTest, ShortensLongFiles) {
  EXPECT_EQ(ShortFile("src/pool.cc"), "src/pool.cc");
  EXPECT_EQ(ShortFile("/usr/include/c++/12/bits/std_thread.h"), "<bits/std_thread.h>");
  EXPECT_EQ(ShortFile("/usr/lib/llvm-14/include/c++/v1/mutex"), "<mutex>");
  EXPECT_EQ(ShortFile("/usr/include/httplib.h"), "<httplib.h>");
  EXPECT_EQ(ShortFile("/very/" + std::string(60, 'x') + "/src/pool.cc"), ".../src/pool.cc");
}

}  // namespace
}  // namespace taskleak::report
