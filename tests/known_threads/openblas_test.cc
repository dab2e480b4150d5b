// OpenBLAS's own threads.
#include <cblas.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "known_threads/expect_known.h"
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
  testing::ExpectKnown(before);
}

}  // namespace
}  // namespace taskleak
