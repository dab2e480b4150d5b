#include "rules/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace taskleak::rules {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Returns the error of the line as "column: what", or an empty text if it has none.
std::string ErrorOf(const std::string& line) {
  try {
    static_cast<void>(ParseSuppression(line));
  } catch (const SuppressionError& error) {
    return std::to_string(error.column()) + ": " + error.what();
  }
  return {};
}

TEST(Suppression, IsARuleAndWhatItHoldsFor) {
  const Suppression full = ParseSuppression(
      "created_by:pool::Start max=4 test=Slow.* owner=core expires=2027-01-31 reason=\"the "
      "\\\"old\\\" "
      "pool\" since=2026-11-21 at=pool::Run flaky=1");
  EXPECT_EQ(full.rule.ToString(), "created_by:pool::Start");
  EXPECT_EQ(full.max, 4U);
  EXPECT_EQ(full.test->text(), "Slow.*");
  EXPECT_EQ(full.owner, "core");
  EXPECT_EQ(ToString(*full.expires), "2027-01-31");
  EXPECT_EQ(full.reason, "the \"old\" pool");
  EXPECT_EQ(ToString(*full.since), "2026-11-21");
  EXPECT_EQ(full.at, "pool::Run");
  EXPECT_TRUE(full.flaky);
}

TEST(Suppression, APatternMayHoldBlanks) {
  for (const char* const rule :
       {"thread_name:VM Thread", "function:operator ==", "created_by:(anonymous namespace)::Run",
        "function:re:^a b$", "origin:Catch test name"}) {
    EXPECT_EQ(ParseSuppression(rule).rule.ToString(), rule);
    const Suppression limited = ParseSuppression(std::string("  ") + rule + "  max=2 \r");
    EXPECT_EQ(limited.rule.ToString(), rule);
    EXPECT_EQ(limited.max, 2U);
  }
}

TEST(Suppression, AQuotedPatternMayHoldAnything) {
  const Suppression quoted = ParseSuppression(R"(thread_name:"a max=3 \"b\\" max=1)");
  EXPECT_EQ(quoted.rule.ToString(), R"(thread_name:a max=3 "b\)");
  EXPECT_EQ(quoted.max, 1U);
}

TEST(Suppression, BlanksBeforeAPatternArePassedOver) {
  EXPECT_EQ(ParseSuppression("thread_name: a b ").rule.ToString(), "thread_name:a b");
  EXPECT_EQ(ParseSuppression("thread_name: \" a\"").rule.ToString(), "thread_name: a");
}

TEST(Suppression, IsReadBackFromItsLine) {
  for (const char* const line :
       {R"(thread_name:" a")", R"(thread_name:"a max=3 \"b\\" test="x y" max=1)",
        "signature:5f1c09aa31d2",
        "signature:aa test=A.B max=8 flaky=1 since=2026-11-21 expires=2027-01-31 owner=core",
        "signature:aa at=f reason=\"b c\"", R"(function:"\"x")"}) {
    EXPECT_EQ(ToLine(ParseSuppression(line)), line);
  }
}

TEST(Suppression, AnErrorNamesColumnAndWhatIsAccepted) {
  EXPECT_THAT(ErrorOf("thread:x"),
              HasSubstr("1: ignore rule \"thread:x\": a rule is KIND:PATTERN"));
  EXPECT_THAT(ErrorOf("  no rule"), HasSubstr("3: ignore rule \"no rule\""));
  EXPECT_THAT(ErrorOf("module:"), HasSubstr("the pattern is empty"));
  EXPECT_THAT(ErrorOf("module:re:("), HasSubstr("not a regular expression"));
  EXPECT_EQ(ErrorOf("module:a max=x"), "14: max=x: expected a number, for example max=4");
  EXPECT_EQ(ErrorOf("module:a max=-1"), "14: max=-1: expected a number, for example max=4");
  EXPECT_EQ(ErrorOf("module:a max="), "14: max=: expected a number, for example max=4");
  EXPECT_THAT(ErrorOf("module:a expires=2027-02-30"),
              HasSubstr("18: expires=2027-02-30: expected a day"));
  EXPECT_THAT(ErrorOf("module:a expires=31.1.2027"), HasSubstr("expected a day"));
  EXPECT_THAT(ErrorOf("module:a test="), HasSubstr("15: test=: the pattern is empty"));
  EXPECT_THAT(ErrorOf("module:a flaky=yes"), HasSubstr("expected 0 or 1"));
  EXPECT_EQ(
      ErrorOf("module:a most=3"),
      "10: \"most=\": after the pattern, expected one of max=, test=, owner=, expires=, reason=, "
      "since=, at=, flaky=");
  EXPECT_EQ(ErrorOf("module:\"a"), "8: the quote is not closed");
  EXPECT_EQ(ErrorOf("module:a reason=\"b"), "17: the quote is not closed");
  EXPECT_THAT(ErrorOf("module:a test=Pool stops owner=me"),
              AllOf(HasSubstr("20: \"stops owner=me\": after the pattern, expected one of"),
                    HasSubstr("a value with blanks needs quotes")));
}

TEST(Suppression, ExpiresOnItsDay) {
  const Suppression suppression = ParseSuppression("module:a expires=2027-01-31");
  const auto day = [](unsigned number) {
    return Date{std::chrono::year(2027), std::chrono::month(1), std::chrono::day(number)};
  };
  EXPECT_FALSE(HasExpired(suppression, day(30)));
  EXPECT_TRUE(HasExpired(suppression, day(31)));
  EXPECT_FALSE(HasExpired(ParseSuppression("module:a"), day(31)));
}

}  // namespace
}  // namespace taskleak::rules
