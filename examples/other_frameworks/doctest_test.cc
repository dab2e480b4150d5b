// The core in doctest.
// NOLINTBEGIN(bugprone-exception-escape): the destructor says that it throws
// [use]
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <taskleak/verify.h>

struct NoLeaks {
  ~NoLeaks() noexcept(false) {  // a failed check throws under --abort-after
    const auto report = taskleak::FindLeaks(before);
    CHECK_MESSAGE(report.empty(), report.ToText());
  }
  taskleak::Snapshot before = taskleak::Snapshot::Take();
};

#define LEAK_TEST_CASE(name) TEST_CASE_FIXTURE(NoLeaks, name)
// [/use]
// NOLINTEND(bugprone-exception-escape)

#include <memory>

#include "worker_pool.h"

// [tests]
LEAK_TEST_CASE("clean") { pool::WorkerPool::Start(2)->Stop(); }
LEAK_TEST_CASE("leaky") { CHECK(pool::WorkerPool::Start(2) != nullptr); }
// [/tests]
