// Operations that coroutines await, and the coroutines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "adapters/asio/net.h"
#include "core/registry/tasks.h"
#include "support/leaks.h"

namespace taskleak {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::Functions;
using ::testing::HasSubstr;
using testing::Look;
using testing::NoWait;
using testing::OnlyLeak;
using testing::Own;
using ::testing::StartsWith;
using testing::TasksSince;
using Socket = net::local::stream_protocol::socket;

constexpr auto kLong = std::chrono::hours(1);

constexpr int kWaitLine = __LINE__ + 3;
net::awaitable<int> Wait(net::steady_timer& timer) {
  timer.expires_after(kLong);
  co_await timer.async_wait(net::use_awaitable);
  co_return 7;
}

constexpr int kSessionLine = __LINE__ + 2;
net::awaitable<void> Session(net::steady_timer& timer, int& result) {
  result = co_await Wait(timer);
}

// What co_spawn does when the coroutine has ended.
auto Rethrow() {
  return [](const std::exception_ptr& exception, auto&&...) {
    if (exception) std::rethrow_exception(exception);
  };
}

TEST(AsioCoroutineTest, OneThatAwaitsIsNamedWithTheLineWhereItAwaits) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  net::co_spawn(context, Wait(timer), Rethrow());
  context.poll();
  const Unit unit = OnlyLeak(before, Own("Wait"));
  EXPECT_EQ(unit.state, WaitState::kSuspended);
  ASSERT_EQ(unit.stack.size(), 1U);
  EXPECT_THAT(unit.stack[0].file, EndsWith("adapters/asio/coroutine_test.cc"));
  EXPECT_EQ(unit.stack[0].line, kWaitLine);
}

TEST(AsioCoroutineTest, AnOperationShowsWhereItIsAwaited) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  int result = 0;
  net::co_spawn(context, Session(timer, result), Rethrow());
  context.poll();
  const Unit operation = OnlyLeak(before, "timer.async_wait");
  ASSERT_THAT(Functions(operation.stack), ElementsAre(Own("Wait"), Own("Session")));
  EXPECT_EQ(operation.stack[1].line, kSessionLine);
  EXPECT_THAT(operation.detail, StartsWith("armed for 3"));
  EXPECT_EQ(operation.parent, OnlyLeak(before, Own("Wait")).id);
  EXPECT_EQ(Look(before).unit_count(), 3U) << "the operation and two coroutines";
}

TEST(AsioCoroutineTest, WhatHasEndedIsGone) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  int result = 0;
  net::co_spawn(context, Session(timer, result), Rethrow());
  context.poll();
  timer.expires_at(std::chrono::steady_clock::now());  // cancels, which Wait sees as an exception
  EXPECT_ANY_THROW(context.run());
  context.restart();
  context.run();
  EXPECT_TRUE(Look(before).empty()) << Look(before).ToText();
  EXPECT_EQ(result, 0);
}

net::awaitable<int> Answer() { co_return 42; }

net::awaitable<void> Ask(int& result) { result = co_await Answer(); }

net::awaitable<void> Fail() {
  throw std::runtime_error("failed");
  co_return;
}

net::awaitable<void> Catch(bool& caught) {
  try {
    co_await Fail();
  } catch (const std::runtime_error&) {
    caught = true;
  }
}

TEST(AsioCoroutineTest, ResultsAndExceptionsGoToWhoAwaits) {
  const auto before = Snapshot::Take();
  net::io_context context;
  int result = 0;
  bool caught = false;
  net::co_spawn(context, Ask(result), Rethrow());
  net::co_spawn(context, Catch(caught), Rethrow());
  context.run();
  EXPECT_EQ(result, 42);
  EXPECT_TRUE(caught);
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioCoroutineTest, OneIsGoneWithItsContext) {
  const auto before = Snapshot::Take();
  auto context = std::make_unique<net::io_context>();
  auto timer = std::make_unique<net::steady_timer>(*context);
  net::co_spawn(*context, Wait(*timer), Rethrow());
  context->poll();
  EXPECT_EQ(Look(before).unit_count(), 2U);
  timer.reset();
  context.reset();
  EXPECT_TRUE(Look(before).empty());
}

net::awaitable<void> ReadWord(Socket& socket, std::string& word) {
  word.resize(4);
  co_await net::async_read(socket, net::buffer(word), net::use_awaitable);
}

TEST(AsioCoroutineTest, LaterStepsOfWhatIsAwaitedBelongToTheCoroutineToo) {
  const auto before = Snapshot::Take();
  net::io_context context;
  Socket ours(context);
  Socket theirs(context);
  net::local::connect_pair(ours, theirs);
  std::string word;
  net::co_spawn(context, ReadWord(ours, word), Rethrow());
  context.poll();
  const auto first_step = OnlyLeak(before, "socket.async_receive").id;
  net::write(theirs, net::buffer("wo", 2));
  context.poll();
  const Unit unit = OnlyLeak(before, "socket.async_receive");
  EXPECT_NE(unit.id, first_step);
  EXPECT_THAT(Functions(unit.stack), ElementsAre(Own("ReadWord")));
  net::write(theirs, net::buffer("rd", 2));
  context.run();
  EXPECT_EQ(word, "word");
  EXPECT_TRUE(Look(before).empty());
}

// Keeps handlers and never calls them.
class Forgetful {
 public:
  net::awaitable<void> Await() {
    return net::async_initiate<const net::use_awaitable_t<>, void()>(
        [this](auto handler) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          kept_.push_back([shared] { (*shared)(); });
        },
        net::use_awaitable);
  }
  void CallAll() {
    for (const auto& call : std::exchange(kept_, {})) call();
  }

 private:
  std::vector<std::function<void()>> kept_;
};

net::awaitable<void> AwaitForgetful(Forgetful& forgetful) { co_await forgetful.Await(); }

TEST(AsioCoroutineTest, OneThatAwaitsNoOperationOfAsioIsSeen) {
  const auto before = Snapshot::Take();
  net::io_context context;
  Forgetful forgetful;
  net::co_spawn(context, AwaitForgetful(forgetful), Rethrow());
  context.poll();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_EQ(report.groups[0].first().name, Own("AwaitForgetful"));
  forgetful.CallAll();
  context.run();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AsioCoroutineTest, OneThatNobodyHasStartedIsQueued) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  const auto waiting = Wait(timer);
  EXPECT_EQ(OnlyLeak(before, Own("Wait")).state, WaitState::kQueued);
}

TEST(AsioCoroutineTest, WhatAHandlerBeginsAfterItSpawnedBelongsToNoCoroutine) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer awaited(context);
  net::steady_timer plain(context);
  net::post(context, [&] {
    net::co_spawn(context, Wait(awaited), Rethrow());
    plain.expires_after(kLong);
    plain.async_wait([](const NetError&) {});
  });
  context.poll();
  std::vector<std::uint64_t> awaited_by;
  for (const auto& record : TasksSince(0)) {
    if (record.name == "timer.async_wait") awaited_by.push_back(record.awaited_by);
  }
  ASSERT_EQ(awaited_by.size(), 2U);
  EXPECT_EQ(awaited_by[0] == 0, awaited_by[1] != 0) << "one of the two";
}

[[gnu::noinline]] net::awaitable<int> CallWait(net::steady_timer& timer) { return Wait(timer); }

TEST(AsioCoroutineTest, TheCreatorIsWhoCalledTheCoroutine) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  const auto waiting = CallWait(timer);
  const Unit unit = OnlyLeak(before, Own("Wait"));
  ASSERT_FALSE(unit.created_by.empty());
  EXPECT_THAT(unit.created_by[0].function, HasSubstr("CallWait"));
}

TEST(AsioCoroutineTest, TheRulesThatTheReportGivesSilenceIt) {
  const auto before = Snapshot::Take();
  net::io_context context;
  net::steady_timer timer(context);
  net::co_spawn(context, Wait(timer), Rethrow());
  context.poll();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.groups.size(), 2U);
  Options options = NoWait();
  for (const LeakGroup& group : report.groups)
    options.ignore.push_back(IgnoreRule::Parse(group.ignore.front()));
  EXPECT_TRUE(FindLeaks(before, options).empty());
}

}  // namespace
}  // namespace taskleak
