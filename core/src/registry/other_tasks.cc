#include "registry/other_tasks.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "linux/modules/object.h"
#include "linux/proc/memory.h"
#include "linux/proc/subject.h"
#include "registry/task_memory.h"

namespace taskleak::registry {
namespace {

// Is laid out like a TaskList.
struct ListImage {
  std::array<char, 16> version;
  std::uint32_t chunk_size;
  std::uint32_t slot_size;
  std::uintptr_t first;
};
static_assert(sizeof(ListImage) == sizeof(TaskList));

std::vector<ListImage> FindLists() {
  static const auto* const addresses =
      new std::vector<std::uintptr_t>(platform::FindObjects("taskleak_task_list"));
  std::vector<ListImage> lists;
  for (const std::uintptr_t address : *addresses) {
    if (const auto list = platform::ReadValue<ListImage>(address)) lists.push_back(*list);
  }
  return lists;
}

bool IsOfThisVersion(const ListImage& list) {
  const TaskList& own = taskleak_task_list;
  return list.version == own.version && list.chunk_size == own.chunk_size &&
         list.slot_size == own.slot_size;
}

// Copies a stack from the other process's memory. Returns null if there is none, or it cannot be
// read. The copy lives as long as this process.
const CreationStack* CopyStack(const CreationStack* there) {
  static auto* const copies =
      new std::unordered_map<const CreationStack*, std::unique_ptr<CreationStack>>();
  if (there == nullptr) return nullptr;
  const auto [entry, is_new] = copies->try_emplace(there);
  if (!is_new) return entry->second.get();
  const auto stack = platform::ReadValue<CreationStack>(reinterpret_cast<std::uintptr_t>(there));
  if (stack && stack->depth <= CreationStack::kMostFrames)
    entry->second = std::make_unique<CreationStack>(*stack);
  return entry->second.get();
}

// Returns the time in the other process; 0 for a core file, whose time is not known.
std::int64_t TimeThere() {
  timespec now{};
  if (platform::SubjectImage() == nullptr) clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void VisitTasks(const TaskChunk& chunk, std::int64_t now,
                const std::function<void(const TaskRecord&)>& visit) {
  for (const internal::TaskSlot& slot : chunk.slots) {
    if (slot.serial.load() == 0) continue;
    auto record = ReadTask(slot, now);
    if (!record || record->ended) continue;
    record->origin = 0;
    record->created = CopyStack(record->created);
    record->slot = nullptr;  // this is a copy
    visit(*record);
  }
}

}  // namespace

void ForEveryOtherTask(const std::function<void(const TaskRecord&)>& visit) {
  const std::int64_t now = TimeThere();
  for (const ListImage& list : FindLists()) {
    if (!IsOfThisVersion(list)) continue;
    std::unordered_set<std::uintptr_t> seen;  // damaged memory may lead in a circle
    for (std::uintptr_t at = list.first; at != 0 && seen.insert(at).second;) {
      const auto chunk = std::make_unique<TaskChunk>();
      if (platform::ReadMemory(at, chunk.get(), sizeof *chunk) != sizeof *chunk) break;
      VisitTasks(*chunk, now, visit);
      at = reinterpret_cast<std::uintptr_t>(chunk->next);
    }
  }
}

std::string OtherTaskVersion() {
  for (const ListImage& list : FindLists()) {
    if (!IsOfThisVersion(list))
      return {list.version.data(), strnlen(list.version.data(), list.version.size())};
  }
  return {};
}

}  // namespace taskleak::registry
