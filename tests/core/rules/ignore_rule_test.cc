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

TEST(IgnoreRuleTest, AFunctionMayBeWrittenAsReportsShowIt) {
  EXPECT_EQ(IgnoreRule::Parse("created_by:Timer::Every(...)").ToString(),
            "created_by:Timer::Every");
  EXPECT_EQ(IgnoreAnyFunction("Pool::Pool::{lambda}").ToString(),
            "function:Pool::Pool::{lambda}::operator()");
  EXPECT_EQ(IgnoreTopFunction("...::Poller::Wait").ToString(), "top_function:*::Poller::Wait");
  EXPECT_EQ(IgnoreTopFunction("re:Wait(...)").ToString(), "top_function:re:Wait(...)");
}

TEST(IgnoreRuleTest, ARuleThatCanMatchNothingIsAnError) {
  EXPECT_THAT(ErrorOf("thread_name:image_cache_test"), HasSubstr("write \"image_cache_tes\""));
  EXPECT_THAT(ErrorOf("thread_name:image_*_cache_test"), HasSubstr("at most 15 characters"));
  EXPECT_EQ(ErrorOf("thread_name:image_cache_tes*"), "");
  EXPECT_EQ(ErrorOf("thread_name:re:^image_cache_test"), "");
  EXPECT_THAT(ErrorOf("signature:xyz"), HasSubstr("the letters a to f"));
  EXPECT_THAT(ErrorOf("signature:5F1C09AA31D2"), HasSubstr("the letters a to f"));
}

TEST(IgnoreRuleTest, AReportsLineOfRulesIsAnError) {
  EXPECT_THAT(ErrorOf("thread_name:pool | created_by:Start | signature:5f1c09aa31d2"),
              HasSubstr("several rules: choose one"));
  EXPECT_EQ(ErrorOf("ignore: thread_name:pool | signature:0123456789ab"),
            "ignore rule \"ignore: thread_name:pool | signature:0123456789ab\": a whole line "
            "of a report: copy one of its rules, for example \"thread_name:pool\"");
  EXPECT_THAT(ErrorOf("ignore:"), HasSubstr("a rule is KIND:PATTERN"));
  EXPECT_EQ(ErrorOf("process:sh -c yes | head"), "");
}

}  // namespace
}  // namespace taskleak
