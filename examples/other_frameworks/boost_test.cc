// The core in Boost.Test.
#include "worker_pool.h"

// [use]
#define BOOST_TEST_MODULE example
#include <taskleak/verify.h>
#include <boost/test/included/unit_test.hpp>

struct NoLeaks {
  void teardown() const {
    const auto report = taskleak::FindLeaks(before);
    BOOST_TEST(report.empty(), report.ToText());
  }
  taskleak::Snapshot before = taskleak::Snapshot::Take();
};

BOOST_FIXTURE_TEST_SUITE(every_test_of_the_suite, NoLeaks)
// [/use]

// [tests]
BOOST_AUTO_TEST_CASE(clean) { pool::WorkerPool::Start(2)->Stop(); }
BOOST_AUTO_TEST_CASE(leaky) { BOOST_TEST((pool::WorkerPool::Start(2) != nullptr)); }
// [/tests]

BOOST_AUTO_TEST_SUITE_END()
