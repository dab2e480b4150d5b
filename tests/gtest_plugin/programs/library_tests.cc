// Tests in a shared library that switches the checks on by itself.
#include <taskleak/gtest.h>

#include <cstdlib>

#include "support/threads.h"

namespace {

[[maybe_unused]] const bool configured = [] {
  if (std::getenv("PREDICATE_OF_LIBRARY") != nullptr)
    taskleak::gtest::SetOptions(
        {taskleak::IgnoreIf([](const taskleak::Unit&) { return false; }, "ours")});
  return true;
}();

}  // namespace

TEST(Library, LeavesAThread) { LeaveThread("library"); }
