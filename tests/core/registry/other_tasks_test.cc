#include "registry/other_tasks.h"

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "registry/task_registry.h"
#include "support/repetitions.h"
#include "taskleak/task.h"

namespace taskleak::registry {
namespace {

// This process is read as another one is, while a thread of it uses one slot again and again.
TEST(OtherTasksTest, WhatIsReadOfATaskIsOfThatTaskAlone) {
  std::atomic<bool> over{false};
  std::thread worker([&over] {
    while (!over.load()) {
      for (const std::string name : {"first", "second"}) {
        Task task(name);
        task.SetWaiting("of " + name);
      }
    }
  });
  std::set<std::pair<std::string, std::uint64_t>> seen;  // the second is 0 or 1
  const int rounds = testing::Repetitions(3000);
  for (int round = 0; round < rounds || seen.size() < 2; ++round) {
    ForEveryOtherTask([&seen](const TaskRecord& record) {
      seen.emplace(record.name, record.serial % 2);
      const bool has_begun_to_wait = !record.waiting.empty();
      EXPECT_EQ(record.waiting, has_begun_to_wait ? "of " + record.name : "");
    });
  }
  over.store(true);
  worker.join();
  EXPECT_EQ(seen.size(), 2U) << "serials follow each other, so one name has the even ones";
}

}  // namespace
}  // namespace taskleak::registry
