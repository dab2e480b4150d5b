#include "registry/task_memory.h"

#include <pthread.h>

#include <new>

#include "base/mutex.h"
#include "registry/running_task.h"
#include "registry/task_epoch.h"

namespace taskleak::registry {
namespace {

using internal::TaskSlot;

// How many slots go between a thread's store and the common one at a time.
constexpr std::size_t kBatch = 32;
static_assert(TaskChunk::kSlots % kBatch == 0);

// A thread's free slots. It keeps at most two batches, so that a thread that only ends tasks feeds
// one that only creates them.
struct Store {
  TaskSlot* first = nullptr;
  std::size_t count = 0;
};

constinit thread_local Store t_store;

constinit std::atomic<TaskChunk*> g_chunks{nullptr};

// Batches of free slots that belong to no thread.
struct CommonStore {
  Mutex mutex;
  TaskSlot* first TASKLEAK_GUARDED_BY(mutex) = nullptr;
};

CommonStore& Common() {
  static auto* const common = new CommonStore();
  return *common;
}

void PutBatch(TaskSlot* batch) {
  CommonStore& common = Common();
  const MutexLock lock(common.mutex);
  batch->next_batch = common.first;
  common.first = batch;
}

TaskSlot* TakeBatch() {
  CommonStore& common = Common();
  const MutexLock lock(common.mutex);
  TaskSlot* const batch = common.first;
  if (batch != nullptr) common.first = batch->next_batch;
  return batch;
}

// Takes the first batch of a list apart from the rest, which is returned.
TaskSlot* CutBatch(TaskSlot* first) {
  TaskSlot* last = first;
  for (std::size_t i = 1; i < kBatch && last->next_free != nullptr; ++i) last = last->next_free;
  TaskSlot* const rest = last->next_free;
  last->next_free = nullptr;
  return rest;
}

// At the thread's end, as a destructor of thread-specific data (pthread_key_create(3)).
void LeaveThread(void*) {
  while (t_store.first != nullptr) {
    TaskSlot* const batch = t_store.first;
    t_store.first = CutBatch(batch);
    PutBatch(batch);
  }
  t_store.count = 0;
}

// A forked child has none of the threads that might hold the lock.
void LockCommon() TASKLEAK_ANNOTATE(no_thread_safety_analysis) { Common().mutex.Lock(); }
void UnlockCommon() TASKLEAK_ANNOTATE(no_thread_safety_analysis) { Common().mutex.Unlock(); }

// The parent's tasks are none of the child's.
void StartProcess() {
  UnlockCommon();
  ForgetThreadNumber();
  g_epochs.first.store(g_epochs.current.fetch_add(1) + 1);
}

pthread_key_t EndKey() {
  static const pthread_key_t key = [] {
    pthread_key_t made = 0;
    pthread_key_create(&made, LeaveThread);
    pthread_atfork(LockCommon, UnlockCommon, StartProcess);
    return made;
  }();
  return key;
}

// The slots of a new chunk; all but one batch go to the common store.
TaskSlot* AllocateBatch() {
  auto* const chunk = new (std::nothrow) TaskChunk();
  if (chunk == nullptr) return nullptr;
  for (std::size_t i = 0; i < TaskChunk::kSlots; ++i) {
    chunk->slots[i].chunk = chunk;
    if (i + 1 < TaskChunk::kSlots) chunk->slots[i].next_free = &chunk->slots[i + 1];
  }
  chunk->next = g_chunks.load(std::memory_order_relaxed);
  while (!g_chunks.compare_exchange_weak(chunk->next, chunk, std::memory_order_release,
                                         std::memory_order_relaxed)) {
  }
  TaskSlot* const first = chunk->slots.data();
  for (TaskSlot* rest = CutBatch(first); rest != nullptr;) {
    TaskSlot* const batch = rest;
    rest = CutBatch(batch);
    PutBatch(batch);
  }
  return first;
}

[[gnu::noinline]] bool Refill() {
  // Any value but null, so that the destructor is called.
  pthread_setspecific(EndKey(), &g_chunks);
  TaskSlot* const batch = TakeBatch();
  t_store.first = batch != nullptr ? batch : AllocateBatch();
  for (const TaskSlot* slot = t_store.first; slot != nullptr; slot = slot->next_free)
    ++t_store.count;
  return t_store.first != nullptr;
}

}  // namespace

TaskSlot* TakeSlot() {
  if (t_store.first == nullptr && !Refill()) return nullptr;
  TaskSlot* const slot = t_store.first;
  t_store.first = slot->next_free;
  --t_store.count;
  return slot;
}

void GiveBack(TaskSlot* slot) {
  slot->next_free = t_store.first;
  t_store.first = slot;
  if (++t_store.count < 2 * kBatch) return;
  pthread_setspecific(EndKey(), &g_chunks);
  TaskSlot* const batch = t_store.first;
  t_store.first = CutBatch(batch);
  t_store.count -= kBatch;
  PutBatch(batch);
}

TaskChunk* FirstChunk() { return g_chunks.load(std::memory_order_acquire); }

}  // namespace taskleak::registry
