// gRPC's own threads.
#include <grpcpp/grpcpp.h>

#include <gtest/gtest.h>

#include <chrono>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::milliseconds;

TEST(KnownGrpcTest, ItsWorkersAreKnown) {
  const auto before = Snapshot::Take();
  const auto channel = grpc::CreateChannel("localhost:1", grpc::InsecureChannelCredentials());
  channel->WaitForConnected(std::chrono::system_clock::now() + milliseconds(200));
  testing::ExpectKnown(before);
}

}  // namespace
}  // namespace taskleak
