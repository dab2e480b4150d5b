// A Boost.Fiber that is newer than those that were tried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include "adapters/boost_fiber/fibers.h"

namespace taskleak {
namespace {

namespace fibers = boost::fibers;

using ::testing::HasSubstr;

TEST(BoostFiberUntriedVersionTest, FibersAreFoundWithoutTheirStacks) {
  testing::WithFibers([] {
    const auto before = Snapshot::Take();
    fibers::unbuffered_channel<int> channel;
    int value = 0;
    fibers::fiber posted([&] { channel.pop(value); });
    fibers::fiber dispatched(fibers::launch::dispatch, [&] { channel.pop(value); });
    testing::LetAllRun();
    const LeakReport report = testing::Look(before);
    EXPECT_EQ(report.unit_count(), 2U);
    for (const Unit& unit : testing::Units(report)) {
      EXPECT_TRUE(unit.stack.empty());
      EXPECT_THAT(unit.stack_missing, HasSubstr("newer than those that taskleak was tried with"));
    }
    channel.close();
    posted.join();
    dispatched.join();
    EXPECT_TRUE(testing::Look(before).empty());
  });
}

}  // namespace
}  // namespace taskleak
