#include "taskleak/libuv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/registry/tasks.h"
#include "support/leaks.h"
#include "taskleak/internal/task_source.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::HasSubstr;
using testing::Look;
using testing::OnlyLeak;
using ::testing::StartsWith;

constexpr std::uint64_t kHour = 3'600'000;

void OnTimer(uv_timer_t*) {}
void OnClosed(uv_handle_t*) {}

template <typename Handle>
uv_handle_t* AsHandle(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(handle);
}

class LibuvTest : public ::testing::Test {
 protected:
  LibuvTest() { uv_loop_init(&loop_); }
  ~LibuvTest() override {
    uv_walk(
        &loop_,
        [](uv_handle_t* handle, void*) {
          if (uv_is_closing(handle) == 0) uv_close(handle, OnClosed);
        },
        nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }

  void StartTimer() {
    uv_timer_init(&loop_, &timer_);
    uv_timer_start(&timer_, OnTimer, kHour, 0);
  }
  void Listen(uv_tcp_t* server) {
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(&loop_, server);
    uv_tcp_bind(server, reinterpret_cast<const sockaddr*>(&address), 0);
    ASSERT_EQ(uv_listen(reinterpret_cast<uv_stream_t*>(server), 1, [](uv_stream_t*, int) {}), 0);
  }

  uv_loop_t loop_{};
  uv_timer_t timer_{};
};

TEST(UvLoopTest, ALoopIsWatchedInThreeLines) {
  const auto before = Snapshot::Take();
  // [watch]
  uv_loop_t loop;
  uv_loop_init(&loop);
  taskleak::UvLoop watched(&loop);
  // Handles are started, and their callbacks close them.
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(watched.Close(), 0);  // instead of uv_loop_close(&loop)
  // [/watch]
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, AnotherThreadMayCheckWhileALoopBeginsOrCeasesToBeWatched) {
  std::atomic<bool> has_ended{false};
  std::thread checker([&] {
    while (!has_ended) internal::AskTaskSources();
  });
  constexpr int kTimes = 50'000;
  for (int i = 0; i < kTimes; ++i) const UvLoop watched(&loop_);
  has_ended = true;
  checker.join();
}

TEST_F(LibuvTest, AnActiveTimerIsALeak) {
  UvLoop watched(&loop_);
  const auto before = Snapshot::Take();
  StartTimer();
  const Unit unit = OnlyLeak(before, "uv_timer");
  EXPECT_EQ(unit.state, WaitState::kSleep);
  EXPECT_THAT(unit.detail, StartsWith("due in 3"));
  ASSERT_EQ(unit.stack.size(), 1U);
  EXPECT_THAT(unit.stack[0].function, HasSubstr("OnTimer"));
  uv_timer_stop(&timer_);
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, OneThatIsBeingClosedIsALeakUntilItsLoopHasRun) {
  UvLoop watched(&loop_);
  const auto before = Snapshot::Take();
  StartTimer();
  uv_unref(AsHandle(&timer_));
  EXPECT_THAT(OnlyLeak(before, "uv_timer").detail, HasSubstr("unreferenced"));
  uv_close(AsHandle(&timer_), OnClosed);
  EXPECT_EQ(OnlyLeak(before, "uv_timer").detail, "being closed");
  uv_run(&loop_, UV_RUN_DEFAULT);
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, WhatWasActiveBeforeIsNoLeak) {
  StartTimer();
  UvLoop watched(&loop_);
  const auto before = Snapshot::Take();
  EXPECT_TRUE(Look(before).empty());
  EXPECT_EQ(testing::TasksSince(0).size(), 1U);
}

TEST_F(LibuvTest, AServerIsToldWithItsAddress) {
  UvLoop watched(&loop_);
  const auto before = Snapshot::Take();
  uv_tcp_t server{};
  Listen(&server);
  const Unit unit = OnlyLeak(before, "uv_tcp");
  EXPECT_EQ(unit.state, WaitState::kAccept);
  EXPECT_THAT(unit.detail, HasSubstr("listening TCP 127.0.0.1:"));
  uv_close(AsHandle(&server), OnClosed);
  uv_run(&loop_, UV_RUN_DEFAULT);
}

TEST_F(LibuvTest, AConnectionThatIsNotMadeYetIsARequest) {
  UvLoop watched(&loop_);
  uv_tcp_t server{};
  uv_tcp_t client{};
  Listen(&server);
  const auto before = Snapshot::Take();
  sockaddr_in address{};
  int size = sizeof address;
  uv_tcp_getsockname(&server, reinterpret_cast<sockaddr*>(&address), &size);
  uv_tcp_init(&loop_, &client);
  uv_connect_t request{};
  ASSERT_EQ(uv_tcp_connect(&request, &client, reinterpret_cast<const sockaddr*>(&address),
                           [](uv_connect_t*, int) {}),
            0);
  EXPECT_THAT(OnlyLeak(before, "uv_connect").detail, StartsWith("descriptor "));
  uv_close(AsHandle(&client), OnClosed);
  uv_close(AsHandle(&server), OnClosed);
  uv_run(&loop_, UV_RUN_DEFAULT);
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, WorkInTheThreadPoolIsARequest) {
  // The threads of the pool stay.
  uv_work_t first{};
  uv_queue_work(
      &loop_, &first, [](uv_work_t*) {}, [](uv_work_t*, int) {});
  uv_run(&loop_, UV_RUN_DEFAULT);
  UvLoop watched(&loop_);
  const auto before = Snapshot::Take();
  std::promise<void> end;
  uv_work_t request{};
  request.data = &end;
  uv_queue_work(
      &loop_, &request,
      [](uv_work_t* work) { static_cast<std::promise<void>*>(work->data)->get_future().wait(); },
      [](uv_work_t*, int) {});
  EXPECT_EQ(OnlyLeak(before, "uv_req").state, WaitState::kSuspended);
  end.set_value();
  uv_run(&loop_, UV_RUN_DEFAULT);
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, TheLoopOfAnotherThreadIsWalkedThere) {
  std::optional<UvLoop> watched;
  const auto before = Snapshot::Take();
  const auto in_its_thread = [](auto function) { std::thread(function).join(); };
  in_its_thread([&] {
    watched.emplace(&loop_);
    StartTimer();
  });
  EXPECT_TRUE(Look(before).empty()) << "not seen yet";
  in_its_thread([&] { watched->Look(); });
  EXPECT_EQ(OnlyLeak(before, "uv_timer").kind, UnitKind::kTask);
  in_its_thread([&] {
    uv_timer_stop(&timer_);
    watched->Look();
  });
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, AClosedLoopHasNothingLeft) {
  const auto before = Snapshot::Take();
  uv_loop_t loop{};
  uv_loop_init(&loop);
  UvLoop watched(&loop);
  uv_timer_t timer{};
  uv_timer_init(&loop, &timer);
  uv_timer_start(&timer, OnTimer, kHour, 0);
  EXPECT_EQ(watched.Close(), UV_EBUSY);
  EXPECT_FALSE(Look(before).empty());
  uv_close(AsHandle(&timer), OnClosed);
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(watched.Close(), 0);
  EXPECT_TRUE(Look(before).empty());
}

TEST_F(LibuvTest, WhatIsActiveWhenItIsNoLongerWatchedStaysALeak) {
  const auto before = Snapshot::Take();
  std::optional<UvLoop> watched(std::in_place, &loop_);
  StartTimer();
  watched.reset();
  EXPECT_EQ(OnlyLeak(before, "uv_timer").kind, UnitKind::kTask);
  AdoptCurrent();
}

}  // namespace
}  // namespace taskleak
