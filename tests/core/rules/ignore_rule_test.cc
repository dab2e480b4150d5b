#include "taskleak/ignore.h"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const std::string& rule) {
  try {
    static_cast<void>(IgnoreRule::Parse(rule));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(IgnoreRuleTest, EveryTextKindIsReadAndWrittenBack) {
  for (const std::string text :
       {"thread_name:pool-*", "top_function:net::Poll", "function:re:^Run",
        "created_by:pool::Start", "module:libgomp.so*", "signature:5f1c09aa31d2", "process:redis *",
        "descriptor:socket:[*]"}) {
    EXPECT_EQ(IgnoreRule::Parse(text).ToString(), text);
  }
}

TEST(IgnoreRuleTest, FunctionsMakeTheSameRulesAsText) {
  EXPECT_EQ(IgnoreThreadName("a").ToString(), "thread_name:a");
  EXPECT_EQ(IgnoreTopFunction("a").ToString(), "top_function:a");
  EXPECT_EQ(IgnoreAnyFunction("a").ToString(), "function:a");
  EXPECT_EQ(IgnoreCreatedBy("a").ToString(), "created_by:a");
  EXPECT_EQ(IgnoreModule("a").ToString(), "module:a");
  EXPECT_EQ(IgnoreSignature("a").ToString(), "signature:a");
  EXPECT_EQ(IgnoreDescriptor("a").ToString(), "descriptor:a");
  EXPECT_EQ(IgnoreIf([](const Unit&) { return true; }, "mine").ToString(), "mine");
}

TEST(IgnoreRuleTest, AnUnknownKindIsAnErrorThatListsTheKinds) {
  EXPECT_THAT(ErrorOf("name:pool"), HasSubstr("\"name:pool\""));
  EXPECT_THAT(
      ErrorOf("name:pool"),
      HasSubstr("thread_name, task_name, top_function, function, created_by, module, signature"));
  EXPECT_THAT(ErrorOf("thread_name"), HasSubstr("KIND:PATTERN"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("KIND:PATTERN"));
}

TEST(IgnoreRuleTest, ABadPatternIsAnErrorThatQuotesTheRule) {
  EXPECT_THAT(ErrorOf("thread_name:"), HasSubstr("\"thread_name:\": the pattern is empty"));
  EXPECT_THAT(ErrorOf("function:re:["), HasSubstr("\"function:re:[\""));
  EXPECT_THROW(static_cast<void>(IgnoreThreadName("")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(IgnoreIf({})), std::invalid_argument);
}

}  // namespace
}  // namespace taskleak
