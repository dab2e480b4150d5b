#include "taskleak/boost_fiber.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include "adapters/boost_fiber/fibers.h"
#include "registry/origin.h"
#include "registry/switch_layout.h"
#include "support/leaks.h"
#include "taskleak/internal/fiber_task.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

namespace fibers = boost::fibers;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsWhole;
using testing::LetAllRun;
using testing::Look;
using testing::OnlyLeak;
using testing::Own;
using testing::OwnFunctions;
using ::testing::SizeIs;
using testing::Units;
using testing::WithFibers;

using Channel = fibers::unbuffered_channel<int>;

// Not inlined, so that each is a frame.
[[gnu::noinline]] int ReadOne(Channel& channel) {
  int value = 0;
  if (channel.pop(value) != fibers::channel_op_status::success) value = -1;
  return value;
}

[[gnu::noinline]] void ReadAll(Channel& channel) {
  while (ReadOne(channel) >= 0) {
  }
}

// Launches and parks one fiber that reads.
[[gnu::noinline]] fibers::fiber LaunchReader(fibers::launch policy, Channel& channel) {
  fibers::fiber reader(policy, &ReadAll, std::ref(channel));
  boost::this_fiber::yield();
  return reader;
}

void End(Channel& channel, fibers::fiber& fiber) {
  channel.close();
  fiber.join();
}

TEST(BoostFiberTest, ParkedFiberHasItsWholeStack) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader = LaunchReader(fibers::launch::post, channel);
    const Unit unit = OnlyLeak(before);
    EXPECT_EQ(unit.kind, UnitKind::kTask);
    EXPECT_EQ(unit.name, "fiber");
    EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
    EXPECT_THAT(OwnFunctions(unit.stack), ElementsAre(HasSubstr("ReadOne"), HasSubstr("ReadAll")));
    End(channel, reader);
    EXPECT_TRUE(Look(before).empty());
  });
}

TEST(BoostFiberTest, DispatchedFiberIsTheSame) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader = LaunchReader(fibers::launch::dispatch, channel);
    const Unit unit = OnlyLeak(before);
    EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
    EXPECT_THAT(OwnFunctions(unit.stack), ElementsAre(HasSubstr("ReadOne"), HasSubstr("ReadAll")));
    EXPECT_THAT(OwnFunctions(unit.created_by)[0], HasSubstr("LaunchReader"));
    End(channel, reader);
  });
}

TEST(BoostFiberTest, LaunchStackBeginsWithWhoLaunchedIt) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader = LaunchReader(fibers::launch::post, channel);
    EXPECT_THAT(OwnFunctions(OnlyLeak(before).created_by)[0], HasSubstr("LaunchReader"));
    End(channel, reader);
  });
}

TEST(BoostFiberTest, FiberOfAFiberDescendsFromIt) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber outer([&] {
      fibers::fiber reader = LaunchReader(fibers::launch::dispatch, channel);
      fibers::fiber second = LaunchReader(fibers::launch::post, channel);
      reader.join();
      second.join();
    });
    LetAllRun();
    const std::vector<Unit> units = Units(Look(before));
    ASSERT_THAT(units, SizeIs(3));
    for (const Unit& unit : units) {
      const bool is_outer = unit.state == WaitState::kJoin;
      const std::int64_t first = std::min({units[0].id, units[1].id, units[2].id});
      EXPECT_EQ(unit.parent, is_outer ? 0 : first);
      EXPECT_EQ(unit.id == first, is_outer);
    }
    End(channel, outer);
  });
}

TEST(BoostFiberTest, WhatAFiberCreatesHasItsOriginAlsoAfterItWasParked) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    registry::OpenScope("First.Test", registry::ScopeKind::kFrame);
    Channel channel;
    std::vector<Task> tasks;
    fibers::fiber fiber([&] {
      ReadOne(channel);
      tasks.emplace_back("of the fiber");
    });
    boost::this_fiber::yield();
    registry::OpenScope("Second.Test", registry::ScopeKind::kFrame);
    channel.push(1);
    tasks.emplace_back("of the thread");
    fiber.join();
    for (const Unit& unit : Units(Look(before)))
      EXPECT_EQ(unit.origin, unit.name == "of the fiber" ? "First.Test" : "Second.Test");
    EXPECT_THAT(tasks, SizeIs(2));
  });
}

TEST(BoostFiberTest, ATaskThatAFiberRunsGoesOnWithIt) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    std::vector<Task> tasks;
    const Task outer("outer");
    fibers::fiber fiber([&] {
      const Task::Run run(outer);
      ReadOne(channel);
      tasks.emplace_back("inner");
    });
    boost::this_fiber::yield();
    channel.push(1);
    fiber.join();
    for (const Unit& unit : Units(Look(before)))
      EXPECT_EQ(unit.parent, unit.name == "inner" ? outer.id() : 0);
    EXPECT_THAT(tasks, SizeIs(1));
  });
}

TEST(BoostFiberTest, DeepStackIsWholeToo) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber fiber([&] {
      std::array<volatile char, std::size_t{64} << 10> large;
      large[0] = 1;
      ReadOne(channel);
      large[1] = large[0];
    });
    boost::this_fiber::yield();
    const Unit unit = OnlyLeak(before);
    EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
    EXPECT_THAT(OwnFunctions(unit.stack), SizeIs(2));
    End(channel, fiber);
  });
}

TEST(BoostFiberTest, WithoutAKnownLayoutTheReasonStandsInThePlaceOfTheStack) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader = LaunchReader(fibers::launch::post, channel);
    const internal::SwitchLayout layout = registry::GetSwitchLayout().value();
    internal::SetSwitchLayout({.unknown_because = "it is secret"});
    const LeakReport report = Look(before);
    internal::SetSwitchLayout(layout);
    ASSERT_EQ(report.unit_count(), 1U);
    EXPECT_TRUE(report.groups[0].first().stack.empty());
    EXPECT_THAT(report.ToText(), HasSubstr("its stack is missing: it is secret"));
    End(channel, reader);
  });
}

TEST(BoostFiberTest, SuggestsNoRuleThatWouldSilenceAllFibers) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader = LaunchReader(fibers::launch::post, channel);
    const LeakReport report = Look(before);
    ASSERT_THAT(report.groups, SizeIs(1));
    EXPECT_THAT(report.groups[0].ignore,
                ElementsAre("created_by:" + Own("LaunchReader"), HasSubstr("signature:")));
    EXPECT_THAT(report.groups[0].hint, HasSubstr("close the channel"));
    End(channel, reader);
  });
}

// An algorithm that knows fibers by properties of its own.
class Urgent : public fibers::fiber_properties {
 public:
  explicit Urgent(fibers::context* fiber) : fiber_properties(fiber) {}
  bool urgent = false;
};

class UrgentLast : public fibers::algo::algorithm_with_properties<Urgent> {
 public:
  void awakened(fibers::context* fiber, Urgent& properties) noexcept override {
    fiber->ready_link(properties.urgent ? urgent_ : others_);
  }
  fibers::context* pick_next() noexcept override {
    for (auto* queue : {&others_, &urgent_}) {
      if (queue->empty()) continue;
      fibers::context* const next = &queue->front();
      queue->pop_front();
      return next;
    }
    return nullptr;
  }
  bool has_ready_fibers() const noexcept override { return !others_.empty() || !urgent_.empty(); }
  void suspend_until(const std::chrono::steady_clock::time_point&) noexcept override {}
  void notify() noexcept override {}

 private:
  fibers::scheduler::ready_queue_type urgent_;
  fibers::scheduler::ready_queue_type others_;
};

TEST(BoostFiberTest, AlgorithmsWithPropertiesWorkAsBefore) {
  std::thread thread([] {
    fibers::use_scheduling_algorithm<TrackedFibers<UrgentLast>>();
    const auto before = Snapshot::Take();
    Channel channel;
    fibers::fiber reader(&ReadAll, std::ref(channel));
    reader.properties<Urgent>().urgent = true;
    boost::this_fiber::yield();
    EXPECT_EQ(OnlyLeak(before).kind, UnitKind::kTask);
    End(channel, reader);
    EXPECT_TRUE(Look(before).empty());
  });
  thread.join();
}

}  // namespace
}  // namespace taskleak
