// jemalloc's own threads.
#include <jemalloc/jemalloc.h>

#include <gtest/gtest.h>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

TEST(KnownJemallocTest, ItsBackgroundThreadIsKnown) {
  const auto before = Snapshot::Take();
  bool on = true;
  ASSERT_EQ(mallctl("background_thread", nullptr, nullptr, &on, sizeof on), 0);
  testing::ExpectKnown(before);
}

}  // namespace
}  // namespace taskleak
