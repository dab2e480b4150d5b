// Operations with handlers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/asio/net.h"
#include "core/registry/tasks.h"
#include "support/leaks.h"
#include "taskleak/internal/task_turns.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

using ::testing::HasSubstr;
using testing::Look;
using testing::NoWait;
using testing::OnlyLeak;
using ::testing::StartsWith;
using testing::TasksSince;
using tcp = net::ip::tcp;

constexpr auto kLong = std::chrono::hours(1);

[[gnu::noinline]] void Arm(net::steady_timer& timer) {
  timer.expires_after(kLong);
  timer.async_wait([](const NetError&) {});
}

TEST(AsioOperationTest, AnArmedTimerIsALeakOfWhoArmedIt) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  Arm(timer);
  const Unit unit = OnlyLeak(before, "timer.async_wait");
  EXPECT_EQ(unit.kind, UnitKind::kTask);
  EXPECT_EQ(unit.state, WaitState::kSleep);
  EXPECT_THAT(unit.detail, StartsWith("armed for 3"));
  ASSERT_EQ(unit.created_by.size(), 1U);
  EXPECT_THAT(unit.created_by[0].function, HasSubstr("Arm("));
}

TEST(AsioOperationTest, ATimerSaysForHowLongItIsArmed) {
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Timer {
    TimePoint expiry;
  };
  const auto text = [](TimePoint expiry) {
    const Timer timer{expiry};
    return internal::ArmedFor<Timer>::Text(&timer);
  };
  EXPECT_EQ(text(TimePoint::min()), "armed for 0.0 s");
  EXPECT_EQ(text(TimePoint::max()), "armed for ever");
  EXPECT_THAT(text(TimePoint::clock::now() + kLong), StartsWith("armed for 3"));
}

TEST(AsioOperationTest, OneWhoseHandlerWasCalledIsGone) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  Arm(timer);
  timer.cancel();
  EXPECT_FALSE(Look(before).empty());
  context.run();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioOperationTest, AHandlerThatRunsIsATurnUnderWay) {
  net::io_context context;
  std::vector<internal::TaskTurn> turns;
  net::post(context, [&turns] { turns = internal::TurnsUnderWay(); });
  EXPECT_TRUE(internal::TurnsUnderWay().empty());
  context.run();
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(turns[0].thread, gettid());
  EXPECT_THAT(turns[0].name, StartsWith("io_context"));
}

TEST(AsioOperationTest, OneIsGoneWithItsContext) {
  const auto before = Snapshot::Take();
  auto context = std::make_unique<net::io_context>();
  auto timer = std::make_unique<net::steady_timer>(*context);
  Arm(*timer);
  timer.reset();
  EXPECT_FALSE(Look(before).empty());  // only its context frees the handler
  context.reset();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioOperationTest, AnAcceptorIsToldWithItsAddress) {
  const auto before = Snapshot::Take();
  net::io_context context;
  tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
  acceptor.async_accept([](const NetError&, tcp::socket) {});
  const Unit unit = OnlyLeak(before, "socket.async_accept");
  EXPECT_EQ(unit.state, WaitState::kAccept);
  EXPECT_EQ(unit.detail,
            "descriptor " + std::to_string(acceptor.native_handle()) +
                ", listening TCP 127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
}

TEST(AsioOperationTest, AReceiverIsToldWithItsDescriptor) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::local::stream_protocol::socket ours(context);
  net::local::stream_protocol::socket theirs(context);
  net::local::connect_pair(ours, theirs);
  std::array<char, 8> data{};
  ours.async_receive(net::buffer(data), [](const NetError&, std::size_t) {});
  const Unit unit = OnlyLeak(before, "socket.async_receive");
  EXPECT_EQ(unit.state, WaitState::kRecv);
  EXPECT_THAT(unit.detail, StartsWith("descriptor " + std::to_string(ours.native_handle()) + ", "));
}

TEST(AsioOperationTest, ASignalSetWaitsForASignal) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::signal_set signals(context, SIGUSR2);
  signals.async_wait([](const NetError&, int) {});
  EXPECT_EQ(OnlyLeak(before, "signal_set.async_wait").state, WaitState::kSignalWait);
}

TEST(AsioOperationTest, WhatIsPostedIsQueuedUntilItsContextRuns) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::post(context, [] {});
  const LeakReport report = Look(before);
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_THAT(report.groups[0].first().name, StartsWith("io_context."));
  EXPECT_EQ(report.groups[0].first().state, WaitState::kQueued);
  context.run();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioOperationTest, WhatIsPostedToAStrandIsQueuedToo) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::strand<net::io_context::executor_type> strand(context.get_executor());
  net::post(strand, [] {});
  EXPECT_FALSE(Look(before).empty());
  context.run();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioOperationTest, WhatAHandlerCreatesDescendsFromItsOperation) {
  net::io_context context;
  std::optional<Task> created;
  std::optional<registry::TaskRecord> running;
  std::uint64_t operation = 0;
  net::post(context, [&] {
    running = TasksSince(0).at(0);
    created.emplace("created");
  });
  operation = TasksSince(0).at(0).serial;
  context.run();
  ASSERT_TRUE(running.has_value());
  EXPECT_EQ(running->serial, operation);
  EXPECT_EQ(running->state, WaitState::kRunning);
  EXPECT_EQ(testing::RecordOf(*created)->parent, operation);
}

TEST(AsioOperationTest, AHandlerThatThrowsEndsItsOperation) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::post(context, [] { throw 1; });
  EXPECT_THROW(context.run(), int);
  EXPECT_TRUE(Look(before).empty());
  EXPECT_EQ(testing::RecordOf(Task("after"))->parent, 0U);
}

TEST(AsioOperationTest, AJobOfAThreadPoolRunsInItsThread) {
  const auto before = Snapshot::Take();
  net::thread_pool pool(1);
  net::post(pool, [&before] {
    const LeakReport report = Look(before);
    for (const LeakGroup& group : report.groups) {
      if (group.first().kind != UnitKind::kTask) continue;
      EXPECT_THAT(group.first().name, StartsWith("thread_pool."));
      EXPECT_EQ(group.first().state, WaitState::kRunning);
    }
  });
  pool.join();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioOperationTest, ThoseOfOneLineAreOneGroup) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer first(context);
  net::steady_timer second(context);
  for (auto* timer : {&first, &second}) Arm(*timer);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].units.size(), 2U);
}

TEST(AsioOperationTest, TheRulesThatTheReportGivesSilenceIt) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  Arm(timer);
  const LeakReport report = Look(before);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_THAT(report.groups[0].hint, HasSubstr("cancel it"));
  EXPECT_GE(report.groups[0].ignore.size(), 3U);
  for (const std::string& line : report.groups[0].ignore) {
    EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreRule::Parse(line)})).empty()) << line;
  }
}

TEST(AsioOperationTest, OnesThatEndLateAreWaitedFor) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context, std::chrono::milliseconds(20));
  timer.async_wait([](const NetError&) {});
  std::thread runner([&context] { context.run(); });
  Options options;
  options.drain = std::chrono::seconds(30);
  EXPECT_TRUE(FindLeaks(before, options).empty());
  runner.join();
}

[[gnu::noinline]] auto Guard(net::io_context& context) { return net::make_work_guard(context); }

TEST(AsioWorkGuardTest, OneThatKeepsAContextRunningIsALeakOfWhoMadeIt) {
  const auto before = Snapshot::Take();
  net::io_context context;
  const auto guard = Guard(context);
  const Unit unit = OnlyLeak(before, "work guard");
  EXPECT_EQ(unit.detail, "keeps its context running with nothing to do");
  ASSERT_EQ(unit.created_by.size(), 1U);
  EXPECT_THAT(unit.created_by[0].function, HasSubstr("Guard("));
}

TEST(AsioWorkGuardTest, TheContextEndsWhenItIsReset) {
  const auto before = Snapshot::Take();
  net::io_context context;
  auto guard = Guard(context);
  EXPECT_TRUE(guard.owns_work());
  context.poll();
  EXPECT_FALSE(context.stopped());
  guard.reset();
  EXPECT_FALSE(guard.owns_work());
  EXPECT_TRUE(Look(before).empty());
  context.run();
  EXPECT_TRUE(context.stopped());
}

TEST(AsioWorkGuardTest, ACopyIsOneMoreAndAMoveIsNot) {
  const auto before = Snapshot::Take();
  net::io_context context;
  auto guard = Guard(context);
  {
    const auto copy = guard;  // NOLINT(performance-unnecessary-copy-initialization): it counts
    EXPECT_EQ(Look(before).unit_count(), 2U);
  }
  auto moved = std::move(guard);
  EXPECT_EQ(Look(before).unit_count(), 1U);
  moved.reset();
  EXPECT_TRUE(Look(before).empty());
  context.run();
  EXPECT_TRUE(context.stopped());
}

}  // namespace
}  // namespace taskleak
