#include "hour.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_captures.h"

namespace taskleak::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class HourTest : public ::testing::Test {
 protected:
  // A look, some time after the start, at so many jobs and workers.
  void Look(milliseconds at, int jobs, int workers = 4) {
    std::vector<LeakGroup> groups;
    if (workers > 0) groups.push_back(Workers(workers));
    if (jobs > 0) groups.push_back(Jobs(jobs));
    const auto capture = MadeCapture(1, std::move(groups));
    capture->time = kStart + at;
    hour_.Add(*capture);
  }
  static HourSeries Find(const HourTable& table, const std::string& name) {
    for (const HourSeries& series : table.series) {
      if (series.key.name.find(name) != std::string::npos) return series;
    }
    return {};
  }

  static constexpr std::chrono::system_clock::time_point kStart{seconds(1'700'000'000)};
  Hour hour_;
};

TEST_F(HourTest, CountsByCreatorAndByState) {
  EXPECT_TRUE(hour_.empty());
  Look(seconds(0), 0);
  Look(seconds(10), 3);
  const HourTable table = hour_.Table();
  EXPECT_THAT(table.threads, ElementsAre(4, 4));
  EXPECT_THAT(table.tasks, ElementsAre(0, 3));
  const HourSeries jobs = Find(table, "JobPool::Submit");
  EXPECT_THAT(jobs.counts, ElementsAre(0, 3));
  EXPECT_EQ(jobs.key.line, "src/jobs.cc:20");
  EXPECT_THAT(Find(table, "queued").counts, ElementsAre(0, 3));
  EXPECT_EQ(jobs.key.by, HourSeries::By::kCreator);
  EXPECT_EQ(Find(table, "queued").key.by, HourSeries::By::kState);
}

TEST_F(HourTest, WithoutACreatorThePlaceIsCounted) {
  LeakGroup group = Workers(2);
  for (Unit& unit : group.units) unit.created_by = Stack();
  hour_.Add(*MadeCapture(1, {group}));
  const HourSeries workers = Find(hour_.Table(), "pool::WorkerPool::Run");
  EXPECT_EQ(workers.key.by, HourSeries::By::kPlace);
  EXPECT_THAT(workers.counts, ElementsAre(2));
}

TEST_F(HourTest, SaysWhenTheGrowthBegan) {
  for (int i = 0; i < 30; ++i) Look(seconds(10 * i), 8 + i % 2);
  for (int i = 0; i < 30; ++i) Look(seconds(300 + 10 * i), 8 + 20 * i);
  const HourTable table = hour_.Table();
  const HourSeries& first = table.series.front();
  EXPECT_EQ(first.key.name, "JobPool::Submit(Job)");
  EXPECT_EQ(first.lowest, 8U);
  ASSERT_TRUE(first.began);
  EXPECT_EQ(table.times[*first.began], kStart + seconds(310));
  EXPECT_EQ(Find(table, "pool::").began, std::nullopt);  // as many as ever
}

TEST_F(HourTest, ForgetsWhatIsOlderThanAnHour) {
  Look(minutes(0), 5);
  Look(minutes(30), 0);
  Look(minutes(61), 0);
  const HourTable table = hour_.Table();
  EXPECT_THAT(table.times, ElementsAre(kStart + minutes(30), kStart + minutes(61)));
  EXPECT_THAT(Find(table, "JobPool").counts, SizeIs(0));  // its creator, too
}

TEST_F(HourTest, GoesOnAfterTheClockWasSetBack) {
  for (int i = 0; i < 10; ++i) Look(seconds(10 * i), 1);
  constexpr int kLooks = 350;
  for (int i = 0; i < kLooks; ++i) Look(seconds(-7200 + 10 * i), 1);
  const HourTable table = hour_.Table();
  EXPECT_GT(table.times.size(), 300U);
  EXPECT_TRUE(std::ranges::is_sorted(table.times));
  EXPECT_EQ(table.times.back(), kStart + seconds(-7200 + 10 * (kLooks - 1)));
  EXPECT_THAT(Find(table, "JobPool").counts, SizeIs(table.times.size()));
}

TEST_F(HourTest, ASmallStepBackForgetsOnlyWhatIsLater) {
  for (int i = 0; i < 10; ++i) Look(seconds(10 * i), i);
  Look(seconds(85), 20);
  EXPECT_THAT(hour_.Table().tasks, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 20));
}

TEST_F(HourTest, ReachesBackAnHourHoweverOftenItLooks) {
  constexpr int kLooks = 7'200;
  for (int i = 1; i <= kLooks; ++i) Look(seconds(1) * i, i % 3, 1);
  const HourTable table = hour_.Table();
  EXPECT_LE(table.times.size(), Hour::kMostLooks);
  EXPECT_GT(table.times.size(), Hour::kMostLooks / 3);
  EXPECT_EQ(table.times.back(), kStart + seconds(1) * kLooks);
  EXPECT_GT(table.times.back() - table.times.front(), minutes(55));
  for (std::size_t i = 1; i < table.times.size(); ++i)
    EXPECT_LT(table.times[i] - table.times[i - 1], seconds(30));
  std::vector<std::uint32_t> jobs;
  for (const auto time : table.times)
    jobs.push_back(static_cast<std::uint32_t>((time - kStart) / seconds(1) % 3));
  EXPECT_EQ(table.tasks, jobs);
  EXPECT_EQ(Find(table, "JobPool").counts, jobs);
  EXPECT_EQ(table.threads, std::vector<std::uint32_t>(table.times.size(), 1));
}

TEST_F(HourTest, ManyCreatorsAreCountedTogether) {
  std::vector<LeakGroup> groups;
  for (int i = 0; i < 500; ++i) {
    groups.push_back(Jobs(2));
    for (Unit& unit : groups.back().units)
      unit.created_by = Stack({report::UserFrame("f" + std::to_string(i) + "()", "f.cc", 1)});
  }
  const auto capture = MadeCapture(1, std::move(groups));
  hour_.Add(*capture);
  hour_.Add(*capture);
  const HourTable table = hour_.Table();
  EXPECT_LE(table.series.size(), Hour::kMostSeries + 2);
  std::uint32_t all = 0;
  for (const HourSeries& series : table.series) {
    EXPECT_THAT(series.counts, SizeIs(2));
    if (series.key.by != HourSeries::By::kState) all += series.counts.back();
  }
  EXPECT_EQ(all, 1000U);
}

}  // namespace
}  // namespace taskleak::live
