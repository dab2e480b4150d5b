// Test cases of Catch2: one grows, one does not.
#include <vector>

#include "taskleak/live/catch2.h"
#include "taskleak/task.h"

namespace {

[[gnu::noinline]] taskleak::Task Subscribe() { return taskleak::Task("subscription"); }

}  // namespace

TEST_CASE("grows") {
  std::vector<taskleak::Task> left;
  CHECK_NO_GROWTH(24, left.push_back(Subscribe()));
}

TEST_CASE("stays") {
  CHECK_NO_GROWTH(24, { const taskleak::Task task = Subscribe(); });
}
