#include "run/adopt.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/checker.h"
#include "check/descriptor_check.h"
#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak::run {
namespace {

using ::testing::SizeIs;

TEST(AdoptTest, AllowLeaksAdoptsNoDescriptorThatWasOpenBeforeItThoughACheckBeganInIt) {
  TakeAllowed();
  const check::Checker checker(testing::NoWait());
  std::optional<check::DescriptorCheck> check;
  int opened = -1;
  {
    const AllowLeaks allow("kept");
    check.emplace(checker);
    opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  close(opened);
  const auto allowed = TakeAllowed();
  ASSERT_THAT(allowed, SizeIs(1));
  EXPECT_EQ(allowed[0].descriptors, 1U);
}

}  // namespace
}  // namespace taskleak::run
