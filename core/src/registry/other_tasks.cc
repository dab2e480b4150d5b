#include "registry/other_tasks.h"

#include <array>
#include <cstddef>
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

using internal::TaskSlot;

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

// Memory of a process that goes on, copied three times. A slot in the second copy is of one moment
// if the task and its place were the same before and after.
template <typename T>
struct Copies {
  T before;
  T copy;
  T after;

  bool Read(std::uintptr_t at) {
    for (T* const each : {&before, &copy, &after}) {
      if (platform::ReadMemory(at, each, sizeof *each) != sizeof *each) return false;
    }
    return true;
  }
};

bool HaveOneTask(const TaskSlot& before, const TaskSlot& copy, const TaskSlot& after) {
  return before.serial.load() == copy.serial.load() && copy.serial.load() == after.serial.load();
}

bool AreOfOneMoment(const TaskSlot& before, const TaskSlot& copy, const TaskSlot& after) {
  const std::uint64_t place = copy.place.load();
  return HaveOneTask(before, copy, after) && !internal::TaskPlace(place).is_changing() &&
         before.place.load() == place && after.place.load() == place;
}

// Copies a slot that changed while its chunk was copied. Marks the copy as changing if it is not of
// one moment. Returns null if the slot changes hands each time.
const TaskSlot* ReadAgain(std::uintptr_t at, Copies<TaskSlot>& slot) {
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (!slot.Read(at)) return nullptr;
    if (AreOfOneMoment(slot.before, slot.copy, slot.after)) return &slot.copy;
  }
  if (!HaveOneTask(slot.before, slot.copy, slot.after)) return nullptr;
  slot.copy.place.store(internal::TaskPlace(slot.copy.place.load()).Changing().word());
  return &slot.copy;
}

void VisitTasks(const Copies<TaskChunk>& chunk, std::uintptr_t at, std::int64_t now,
                const std::function<void(const TaskRecord&)>& visit) {
  Copies<TaskSlot> again;
  for (std::size_t i = 0; i < chunk.copy.slots.size(); ++i) {
    const TaskSlot* slot = &chunk.copy.slots[i];
    const std::size_t offset =
        reinterpret_cast<std::uintptr_t>(slot) - reinterpret_cast<std::uintptr_t>(&chunk.copy);
    if (!AreOfOneMoment(chunk.before.slots[i], *slot, chunk.after.slots[i]))
      slot = ReadAgain(at + offset, again);
    if (slot == nullptr || slot->serial.load() == 0) continue;
    auto record = ReadTask(*slot, now);
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
      const auto chunk = std::make_unique<Copies<TaskChunk>>();
      if (!chunk->Read(at)) break;
      VisitTasks(*chunk, at, now, visit);
      at = reinterpret_cast<std::uintptr_t>(chunk->copy.next);
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
