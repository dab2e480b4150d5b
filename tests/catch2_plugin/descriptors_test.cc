// Descriptors that test case after test case leaves open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Catch2Descriptors = Catch2Test;
TASKLEAK_CATCH2_VERSIONS(Catch2Descriptors);

TEST_P(Catch2Descriptors, TheSecondTestCaseThatLeavesOneFails) {
  const std::string xml = directory_.File("report.xml");
  const Outcome outcome =
      Run("descriptors", {"[first],[second],[closes]", "-r", "xml", "-o", xml}, "descriptors=fail");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(
      FailuresInCatch2Xml(xml),
      ElementsAre(
          Pair("closes", IsEmpty()), Pair("first", IsEmpty()),
          Pair("second", ElementsAre(AllOf(HasSubstr("1 leak, 1 descriptor still open"),
                                           HasSubstr("of the same kind is open since first)"))))));
}

TEST_P(Catch2Descriptors, EachPassCountsAsATestOfItsOwn) {
  const Outcome outcome = Run("descriptors", {"[sections]"}, "descriptors=fail");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(" after sections / two\n"), HasSubstr("since sections / one)")));
}

TEST_P(Catch2Descriptors, OfTestCasesThatMayLeakAreNotReported) {
  EXPECT_EQ(Run("descriptors", {"[allowed],[first]"}, "descriptors=fail").exit_code, 0);
}

TEST_P(Catch2Descriptors, AreNotLookedAtUnlessThatIsAskedFor) {
  EXPECT_EQ(Run("descriptors", {"[first],[second]"}).exit_code, 0);
  const Outcome outcome = Run("descriptors", {"[first],[second]"}, "descriptors=warn");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("1 leak, 1 descriptor still open"));
}

}  // namespace
}  // namespace taskleak
