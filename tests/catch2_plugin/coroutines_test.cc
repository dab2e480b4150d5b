// Coroutines that only a search of memory finds, at the end of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catch2_plugin/catch2_test.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Catch2Coroutines = Catch2Test;
TASKLEAK_CATCH2_VERSIONS(Catch2Coroutines);

TEST_P(Catch2Coroutines, WithScanThoseThatMemoryShowsArePrintedAtTheEndAndFailNothing) {
  const Outcome outcome = Run("pooled_coroutine", {}, "coroutines=scan");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("1 task \"WaitInThePool\""), HasSubstr("unverified: memory looks")));
  EXPECT_THAT(Run("pooled_coroutine", {}).err, Not(HasSubstr("WaitInThePool")));
}

}  // namespace
}  // namespace taskleak
