#include <future>

#include <gtest/gtest.h>

#include "job_pool.h"

TEST(JobPoolTest, StopsWhenItsJobsAreDone) {
  std::promise<void> end;
  JobPool pool(1);
  pool.Submit([&] { end.get_future().wait(); });
  for (int i = 0; i < 3; ++i) pool.Submit([] {});
  end.set_value();
  pool.Finish();
  pool.Stop();
}
