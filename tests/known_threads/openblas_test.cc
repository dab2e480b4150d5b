// OpenBLAS's own threads.
#include <cblas.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

TEST(KnownOpenblasTest, ItsWorkersAreKnown) {
  openblas_set_num_threads(1);
  const auto before = Snapshot::Take();
  openblas_set_num_threads(4);
  constexpr int kSize = 512;
  const std::vector<double> a(std::size_t{kSize} * kSize, 1.0);
  std::vector<double> product(a.size());
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1, a.data(), kSize,
              a.data(), kSize, 0, product.data(), kSize);
  Options everything = testing::NoWait();
  everything.report_known = {"all"};
  EXPECT_FALSE(FindLeaks(before, everything).empty());
  Options options;
  options.drain = std::chrono::milliseconds(200);
  const LeakReport report = FindLeaks(before, options);
  EXPECT_TRUE(report.empty()) << report.ToText();
}

}  // namespace
}  // namespace taskleak
