// The pool stops before its thread has run all jobs. The others are neither run nor freed.
#include <future>

#include <gtest/gtest.h>

#include "job_pool.h"

TEST(JobPoolTest, StopsWhileItIsBusy) {
  std::promise<void> end;
  JobPool pool(1);
  std::promise<void> started;
  pool.Submit([&] {
    started.set_value();
    end.get_future().wait();
  });
  for (int i = 0; i < 3; ++i) pool.Submit([] {});
  started.get_future().wait();
  pool.Stop();
  end.set_value();
}
