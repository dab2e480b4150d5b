#include "alive/background.h"

#include <algorithm>
#include <iterator>

#include "alive/background_ids.h"
#include "linux/proc/children.h"
#include "registry/snapshot_data.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"

namespace taskleak::alive {
namespace {

// There are four stores. Living threads and child processes are stored here, by identity. Births
// and tasks have marks on their records, so that no look finds them through a record any more.
struct Set {
  BackgroundIds threads;
  BackgroundIds processes;
};

Set& TheSet() {
  static Set* const set = new Set();
  return *set;
}

// `ids` are sorted. Returns how many are new.
std::size_t AdoptThreads(const platform::ThreadIds& ids) {
  if (ids.empty()) return 0;
  BackgroundIds& threads = TheSet().threads;
  const auto known = threads.Load();
  const auto alive = platform::ListThreads();
  return threads.Update(ids, known.get(), alive ? alive->get() : nullptr);
}

// Returns how many are new.
template <typename Which>
std::size_t AdoptChildren(Which which) {
  if (!platform::HasChildren()) return 0;
  BackgroundIds& processes = TheSet().processes;
  const auto known = processes.Load();
  const auto children = platform::ListChildren();
  if (!children) return 0;
  platform::ThreadIds living;
  platform::ThreadIds ids;
  for (const platform::ChildProcess& child : *children) {
    living.push_back(child.id);
    if (which(child.id)) ids.push_back(child.id);
  }
  return processes.Update(ids, known.get(), &living);
}

}  // namespace

void UnitIds::Add(UnitKind kind, std::int64_t id) {
  if (kind == UnitKind::kTask)
    tasks.insert(static_cast<std::uint64_t>(id));
  else
    (kind == UnitKind::kProcess ? processes : threads).insert(id);
}

void Adopt(const UnitIds& units) {
  if (!units.tasks.empty()) {
    registry::AdoptTasks(0, [&units](const registry::TaskRecord& task) {
      return units.tasks.contains(task.serial);
    });
  }
  if (!units.processes.empty()) {
    AdoptChildren(
        [&units](const platform::ThreadId& id) { return units.processes.contains(id.tid); });
  }
  if (units.threads.empty()) return;
  registry::AdoptBirths([&units](const registry::ThreadRecord& record) {
    return units.threads.contains(record.tid);
  });
  platform::ThreadIds ids;
  if (const auto alive = platform::ListThreads()) {
    std::ranges::copy_if(**alive, std::back_inserter(ids), [&units](const platform::ThreadId& id) {
      return units.threads.contains(id.tid);
    });
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
  adopted.processes = AdoptChildren([&then](const platform::ThreadId& id) {
    return then.children == nullptr || !std::ranges::binary_search(*then.children, id);
  });
  if (const auto now = platform::ListThreads(); then.threads != nullptr && now) {
    platform::ThreadIds born;
    std::ranges::set_difference(**now, *then.threads, std::back_inserter(born));
    adopted.threads = AdoptThreads(born);
  }
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
  if (const auto alive = platform::ListThreads()) AdoptThreads(**alive);
  registry::AdoptBirths([](const registry::ThreadRecord&) { return true; });
  registry::AdoptTasks(0, [](const registry::TaskRecord&) { return true; });
  AdoptChildren([](const platform::ThreadId&) { return true; });
}

std::shared_ptr<const platform::ThreadIds> BackgroundThreads() { return TheSet().threads.Load(); }

std::shared_ptr<const platform::ThreadIds> BackgroundProcesses() {
  return TheSet().processes.Load();
}

}  // namespace taskleak::alive
