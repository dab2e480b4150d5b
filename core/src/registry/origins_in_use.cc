#include "registry/origins_in_use.h"

#include <cstdint>
#include <optional>

#include "registry/birth_table.h"
#include "registry/task_registry.h"

namespace taskleak::registry {
namespace {

struct Known {
  int tid;
  std::uint64_t serial;
  Origin origin;
};

}  // namespace

std::vector<Origin> OriginsInUse() {
  std::vector<Origin> origins = CollectBirths<Origin>(
      [](const ThreadRecord& record) { return std::optional(record.origin); });
  ForEveryTask([&origins](const TaskRecord& task) { origins.push_back(task.origin); });
  return origins;
}

std::unordered_map<int, Origin> OriginsOfThreads() {
  ConfirmEnds();
  const auto select = [](const ThreadRecord& record) -> std::optional<Known> {
    if (record.gone || record.tid == 0) return std::nullopt;
    return Known{record.tid, record.serial, record.origin};
  };
  std::unordered_map<int, Origin> origins;
  std::unordered_map<int, std::uint64_t> newest;
  for (const Known& known : CollectBirths<Known>(select)) {
    std::uint64_t& serial = newest[known.tid];
    if (serial > known.serial) continue;
    serial = known.serial;
    origins[known.tid] = known.origin;
  }
  return origins;
}

}  // namespace taskleak::registry
