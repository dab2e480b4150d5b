#include "registry/task_memory.h"

#include <pthread.h>

#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "linux/coroutines/page_vector.h"
#include "registry/last_job.h"
#include "registry/ramp_sites.h"
#include "registry/running_task.h"
#include "registry/short_lock.h"
#include "registry/task_epoch.h"

namespace taskleak::registry {
namespace {

constexpr std::array<char, 16> VersionText() {
  std::array<char, 16> text{};
  constexpr std::string_view kVersion = TASKLEAK_VERSION;
  for (std::size_t i = 0; i < kVersion.size() && i < text.size(); ++i) text[i] = kVersion[i];
  return text;
}

}  // namespace
}  // namespace taskleak::registry

constinit taskleak::registry::TaskList taskleak_task_list{
    .version = taskleak::registry::VersionText(),
    .chunk_size = sizeof(taskleak::registry::TaskChunk),
    .slot_size = sizeof(taskleak::internal::TaskSlot),
    .first = nullptr};

namespace taskleak::registry {
namespace {

using internal::t_tasks;
using internal::TaskHead;

// How many slots go between a thread's store and the common one at a time.
constexpr std::uint32_t kBatch = 32;
static_assert(TaskChunk::kSlots % kBatch == 0);

// A thread keeps at most two batches, so that a thread that only ends tasks supplies one that only
// creates them.
constexpr std::uint32_t kMostKept = 2 * kBatch - 1;

// Holds batches of free slots that belong to no thread. The list is complete after each store,
// since a fork may come in between, and the child has no thread that would go on.
struct CommonStore {
  ShortLock lock;
  std::atomic<TaskHead*> first TASKLEAK_GUARDED_BY(lock){nullptr};
};

CommonStore& Common() {
  static constinit CommonStore common;
  return common;
}

void PutBatch(TaskHead* batch) {
  CommonStore& common = Common();
  const ShortLockHolder lock(common.lock);
  batch->next_batch = common.first.load(std::memory_order_relaxed);
  common.first.store(batch, std::memory_order_release);
}

TaskHead* TakeBatch() {
  CommonStore& common = Common();
  const ShortLockHolder lock(common.lock);
  TaskHead* const batch = common.first.load(std::memory_order_relaxed);
  if (batch != nullptr) common.first.store(batch->next_batch, std::memory_order_release);
  return batch;
}

// Cuts the first batch of a list off, and returns the rest. The last batch may be smaller.
TaskHead* CutBatch(TaskHead* first) {
  TaskHead* last = first;
  for (std::uint32_t count = 1; count < kBatch && last->next_free != nullptr; ++count)
    last = last->next_free;
  return std::exchange(last->next_free, nullptr);
}

std::uint32_t CountBatch(const TaskHead* batch) {
  std::uint32_t count = 0;
  for (const TaskHead* slot = batch; slot != nullptr; slot = slot->next_free) ++count;
  return count;
}

// Runs at the thread's end, as a destructor of thread-specific data (pthread_key_create(3)).
void LeaveThread(void*) {
  while (t_tasks.free != nullptr) {
    TaskHead* const batch = t_tasks.free;
    t_tasks.free = CutBatch(batch);
    PutBatch(batch);
  }
  t_tasks.free_count = 0;
  t_tasks.most_free = 0;
}

// Runs in a forked child, which has none of the threads that might hold a lock, and to which the
// parent's tasks do not belong. Nothing is done before the fork: a lock taken then would come
// before those of the program, which other threads hold while they create tasks.
void StartProcess() {
  Common().lock.Reset();
  ResetRampSites();
  ForgetJobs();
  t_tasks.turn = {};  // the only thread has another id
  g_epochs.first.store(g_epochs.current.fetch_add(1) + 1);
  ChangeBirthConditions();
}

// Returns nothing if the program has used up the keys for thread-specific data.
std::optional<pthread_key_t> EndKey() {
  static const std::optional<pthread_key_t> key = [] {
    pthread_key_t made = 0;
    return pthread_key_create(&made, LeaveThread) == 0 ? std::optional(made) : std::nullopt;
  }();
  return key;
}

// Returns false if there is no such key, or no memory.
bool LeaveAtEnd() {
  const auto key = EndKey();
  // Any value except null makes the thread's end call LeaveThread.
  return key && pthread_setspecific(*key, &taskleak_task_list) == 0;
}

// Returns one batch of a new chunk, and gives the others to the common store.
TaskHead* AllocateBatch() {
  // The memory does not come from the allocator, because the calling thread may be in the middle of
  // that.
  void* const memory = platform::MapPages(sizeof(TaskChunk));
  if (memory == nullptr) return nullptr;
  auto* const chunk = new (memory) TaskChunk();
  for (std::size_t i = 0; i < TaskChunk::kSlots; ++i) {
    chunk->slots[i].chunk = chunk;
    if (i + 1 < TaskChunk::kSlots) chunk->slots[i].next_free = &chunk->slots[i + 1];
  }
  chunk->next = taskleak_task_list.first.load(std::memory_order_relaxed);
  while (!taskleak_task_list.first.compare_exchange_weak(
      chunk->next, chunk, std::memory_order_release, std::memory_order_relaxed)) {
  }
  TaskHead* const first = chunk->slots.data();
  for (TaskHead* rest = CutBatch(first); rest != nullptr;) {
    TaskHead* const batch = rest;
    rest = CutBatch(batch);
    PutBatch(batch);
  }
  return first;
}

// Prepares the thread to keep free slots. It keeps none if its end will not be noticed, since the
// memory would be lost.
void Join() {
  FollowForks();
  t_tasks.most_free = LeaveAtEnd() ? kMostKept : 0;
}

void Keep(TaskHead* batch) {
  t_tasks.free = batch;
  t_tasks.free_count = CountBatch(batch);
}

[[gnu::noinline]] bool Refill() {
  Join();
  TaskHead* batch = TakeBatch();
  if (batch == nullptr) batch = AllocateBatch();
  if (batch != nullptr && t_tasks.most_free == 0) {
    if (TaskHead* const rest = std::exchange(batch->next_free, nullptr)) PutBatch(rest);
  }
  Keep(batch);
  return batch != nullptr;
}

}  // namespace

// Without the handler, a forked child takes its parent's tasks for its own, and may find a lock
// held.
void FollowForks() {
  [[maybe_unused]] static const bool done = pthread_atfork(nullptr, nullptr, StartProcess) == 0;
}

namespace {

// Runs before the program's own constructors: children run handlers in the order of registration,
// and those of the program may create tasks. The key is then one of the first, whose values need no
// memory of the allocator's (glibc, nptl/pthread_setspecific.c).
__attribute__((constructor(101))) void PrepareWhenLoaded() {
  FollowForks();
  EndKey();
}

}  // namespace

internal::TaskSlot* TakeSlot() {
  if (t_tasks.free == nullptr && !Refill()) return nullptr;
  TaskHead* const slot = t_tasks.free;
  t_tasks.free = slot->next_free;
  --t_tasks.free_count;
  return static_cast<internal::TaskSlot*>(slot);
}

void GiveBack(TaskHead* slot) {
  slot->next_free = t_tasks.free;
  t_tasks.free = slot;
  if (++t_tasks.free_count > t_tasks.most_free) internal::KeepFreeSlots();
}

TaskChunk* FirstChunk() { return taskleak_task_list.first.load(std::memory_order_acquire); }

}  // namespace taskleak::registry

namespace taskleak::internal {

void KeepFreeSlots() noexcept {
  registry::Join();
  if (t_tasks.free_count <= t_tasks.most_free) return;
  TaskHead* const batch = t_tasks.free;
  registry::Keep(registry::CutBatch(batch));
  registry::PutBatch(batch);
}

}  // namespace taskleak::internal
