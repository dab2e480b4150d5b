// gRPC's own threads.
#include <grpcpp/grpcpp.h>

#include <gtest/gtest.h>

#include <chrono>

#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::milliseconds;

TEST(KnownGrpcTest, ItsWorkersAreKnown) {
  const auto before = Snapshot::Take();
  const auto channel = grpc::CreateChannel("localhost:1", grpc::InsecureChannelCredentials());
  channel->WaitForConnected(std::chrono::system_clock::now() + milliseconds(200));
  Options everything = testing::NoWait();
  everything.report_known = {"all"};
  EXPECT_FALSE(FindLeaks(before, everything).empty());
  Options options;
  options.drain = milliseconds(200);
  const LeakReport report = FindLeaks(before, options);
  EXPECT_TRUE(report.empty()) << report.ToText();
}

}  // namespace
}  // namespace taskleak
