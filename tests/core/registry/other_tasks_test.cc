#include "registry/other_tasks.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/registry/tasks.h"
#include "registry/task_registry.h"
#include "registry/task_slot.h"
#include "taskleak/task.h"

namespace taskleak::registry {
namespace {

using internal::TaskPlace;
using internal::TaskSlot;

// Reads this process as another one is read.
std::vector<TaskRecord> OtherTasks() {
  std::vector<TaskRecord> records;
  ForEveryOtherTask([&records](const TaskRecord& record) { records.push_back(record); });
  return records;
}

// Marks the task as one whose thread loses its processor while it writes a text.
void LeaveHalfWritten(const Task& task) {
  auto& slot = const_cast<TaskSlot&>(*testing::RecordOf(task)->slot);
  slot.place.store(TaskPlace(slot.place.load()).Changing().word());
}

TEST(OtherTasksTest, ATaskIsReadWithItsTexts) {
  Task task("session");
  task.SetWaiting("for the reply");
  const auto records = OtherTasks();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].name, "session");
  EXPECT_EQ(records[0].waiting, "for the reply");
}

TEST(OtherTasksTest, ATextThatIsHalfWrittenIsLeftOut) {
  Task task("session");
  task.SetWaiting("for the reply");
  LeaveHalfWritten(task);
  const auto records = OtherTasks();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].name, "session");
  EXPECT_EQ(records[0].waiting, "");
  EXPECT_EQ(testing::RecordOf(task)->waiting, "") << "nor does this process show it";
}

}  // namespace
}  // namespace taskleak::registry
