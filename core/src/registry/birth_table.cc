#include "registry/birth_table.h"

#include "registry/read_locks.h"

namespace taskleak::registry {
namespace {

using internal::ThreadBirth;

bool IsOfThisProcess(const ThreadRecord& record) {
  return record.serial >= g_births.first_of_process.load(std::memory_order_relaxed);
}

// Unlinks other records of the same handle, which are out of date: a handle is used again once its
// thread is gone, even if the hooks have not seen the join. Their serials may be greater, since a
// serial is taken before the thread is created.
void UnlinkOthers(BirthBucket& bucket, pthread_t handle) TASKLEAK_REQUIRES(bucket.lock) {
  for (ThreadBirth* birth = bucket.first; birth != nullptr;) {
    ThreadBirth* const next = birth->next;
    if (birth->record.handle == handle) UnlinkBirth(bucket, birth);
    birth = next;
  }
}

}  // namespace

ThreadBirth* FindBirth(BirthBucket& bucket, pthread_t handle, std::uint64_t serial) {
  for (ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) {
    if (birth->record.serial == serial && birth->record.handle == handle) return birth;
  }
  return nullptr;
}

void LinkBirth(ThreadBirth* birth, pthread_t handle, int tid) {
  BirthBucket& bucket = BucketOf(handle);
  const ShortLockHolder lock(bucket.lock);
  if (tid != 0) {
    birth->record.tid = tid;
    if (IsOfThisProcess(birth->record)) g_births.pending.fetch_sub(1);
  }
  if (birth->was_linked.exchange(true)) return;
  birth->record.handle = handle;
  birth->references.fetch_add(1, std::memory_order_relaxed);
  UnlinkOthers(bucket, handle);
  birth->next = bucket.first;
  std::atomic_thread_fence(std::memory_order_release);  // a fork may come in between
  bucket.first = birth;
  ++bucket.count;
}

void UnlinkBirth(BirthBucket& bucket, ThreadBirth* birth) {
  ThreadBirth** link = &bucket.first;
  while (*link != birth) link = &(*link)->next;
  *link = birth->next;
  --bucket.count;
  const ThreadRecord& record = birth->record;
  if (IsOfThisProcess(record)) {
    if (record.gone)
      g_births.unjoined.fetch_sub(1);
    else
      g_births.ended.fetch_add(1);
    if (record.over && !record.gone) g_births.leaving.fetch_sub(1);
  }
  ReleaseBirth(birth);
}

void ReleaseBirth(ThreadBirth* birth) {
  if (birth->references.fetch_sub(1, std::memory_order_acq_rel) == 1) GiveBackBirth(birth);
}

// Needs no locks during the fork, since ThreadSanitizer ends a program that holds more than 64. The
// lists are complete at any moment: one store adds a record, and one removes it. Only the counts of
// records may be too small because of unfinished changes, so they are counted again, which is
// cheap.
void StartAnewInChild() {
  for (BirthBucket& bucket : g_birth_buckets) {
    bucket.lock.Reset();
    const ShortLockHolder lock(bucket.lock);
    bucket.count = 0;
    for (ThreadBirth* birth = bucket.first; birth != nullptr; birth = birth->next) ++bucket.count;
  }
  KeepOwnReadLocks();
  g_births.first_of_process.store(g_births.next_serial.load());
  g_births.pending.store(0);
  g_births.leaving.store(0);
  g_births.unjoined.store(0);
}

}  // namespace taskleak::registry
