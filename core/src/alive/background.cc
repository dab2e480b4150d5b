#include "alive/background.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/mutex.h"
#include "registry/snapshot_data.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"

namespace taskleak::alive {
namespace {

// Three stores: living threads here, by identity; births and tasks by marks on their records, so
// that what is found through a record is found no more.
struct Set {
  Mutex mutex;
  std::shared_ptr<const platform::ThreadIds> ids TASKLEAK_GUARDED_BY(mutex);
};

Set& TheSet() {
  static Set* const set = new Set();
  return *set;
}

// `ids` are sorted. The dead need no remembering, or the set would grow for ever. Returns how many
// are new.
std::size_t AdoptThreads(const platform::ThreadIds& ids) {
  if (ids.empty()) return 0;
  const auto alive = platform::ListThreads();
  Set& set = TheSet();
  const MutexLock lock(set.mutex);
  platform::ThreadIds merged = ids;
  const std::size_t known = set.ids == nullptr ? 0 : set.ids->size();
  if (set.ids != nullptr) {
    merged.clear();
    std::set_union(set.ids->begin(), set.ids->end(), ids.begin(), ids.end(),
                   std::back_inserter(merged));
  }
  const std::size_t fresh = merged.size() - known;
  auto kept = std::make_shared<platform::ThreadIds>();
  if (alive != nullptr) {
    std::set_intersection(merged.begin(), merged.end(), alive->begin(), alive->end(),
                          std::back_inserter(*kept));
  } else {
    *kept = std::move(merged);
  }
  set.ids = std::move(kept);
  return fresh;
}

}  // namespace

void UnitIds::Add(UnitKind kind, std::int64_t id) {
  if (kind == UnitKind::kTask)
    tasks.insert(static_cast<std::uint64_t>(id));
  else
    threads.insert(id);
}

void Adopt(const UnitIds& units) {
  if (!units.tasks.empty()) {
    registry::AdoptTasks(0, [&units](const registry::TaskRecord& task) {
      return units.tasks.contains(task.serial);
    });
  }
  if (units.threads.empty()) return;
  registry::AdoptBirths([&units](const registry::ThreadRecord& record) {
    return units.threads.contains(record.tid);
  });
  platform::ThreadIds ids;
  if (const auto alive = platform::ListThreads()) {
    std::copy_if(alive->begin(), alive->end(), std::back_inserter(ids),
                 [&units](const platform::ThreadId& id) { return units.threads.contains(id.tid); });
  }
  AdoptThreads(ids);
}

void AdoptThread(const platform::ThreadId& id) { AdoptThreads({id}); }

Adopted AdoptBornSince(const Snapshot& before) {
  const internal::SnapshotData& then = *before.data();
  Adopted adopted;
  registry::AdoptTasks(then.next_epoch, [&adopted](const registry::TaskRecord&) {
    ++adopted.tasks;
    return true;
  });
  const auto now = platform::ListThreads();
  if (then.threads == nullptr || now == nullptr) return adopted;
  platform::ThreadIds born;
  std::set_difference(now->begin(), now->end(), then.threads->begin(), then.threads->end(),
                      std::back_inserter(born));
  adopted.threads = AdoptThreads(born);
  const std::uint64_t first = then.next_birth;
  if (first == registry::NextSerial()) return adopted;
  registry::AdoptBirths([first, &adopted](const registry::ThreadRecord& record) {
    const bool fresh = record.serial >= first;
    if (fresh && record.gone) ++adopted.threads;
    return fresh;
  });
  return adopted;
}

void AdoptAll() {
  if (const auto alive = platform::ListThreads()) AdoptThreads(*alive);
  registry::AdoptBirths([](const registry::ThreadRecord&) { return true; });
  registry::AdoptTasks(0, [](const registry::TaskRecord&) { return true; });
}

std::shared_ptr<const platform::ThreadIds> BackgroundThreads() {
  Set& set = TheSet();
  const MutexLock lock(set.mutex);
  return set.ids;
}

}  // namespace taskleak::alive
