// Lists what is left, as far as that is cheap to find out: without a look at a stack.
#ifndef TASKLEAK_SRC_CHECK_LISTER_H_
#define TASKLEAK_SRC_CHECK_LISTER_H_

#include <cstdint>
#include <vector>

#include "alive/straggler.h"
#include "alive/sure_look.h"
#include "base/result.h"
#include "linux/proc/children.h"
#include "linux/proc/thread_list.h"
#include "registry/origin.h"
#include "registry/snapshot_data.h"
#include "registry/task_registry.h"
#include "rules/ignore_set.h"
#include "taskleak/options.h"

namespace taskleak::check {

/// Lists threads, tasks and child processes without the caller and those that rules on names
/// ignore.
class Lister {
 public:
  /// Keeps references to `options` and `ignore`, which must outlive the lister. Background units
  /// are listed only with `adopted_too`.
  Lister(const Options& options, const rules::IgnoreSet& ignore, bool adopted_too)
      : options_(options), ignore_(ignore), adopted_too_(adopted_too) {}

  /// Lists what was born since `base`, which may be null, is left, and is judged by `scope`.
  [[nodiscard]] alive::MarkedLook ListSince(const internal::SnapshotData* base,
                                            registry::Origin scope) const;

  /// Lists everything that is alive, and with `adopted_too` also threads that ended unjoined.
  [[nodiscard]] Result<alive::Stragglers> ListAll() const;

 private:
  [[nodiscard]] Result<std::vector<alive::LiveThread>> Alive(
      const platform::ThreadIds& candidates) const;
  [[nodiscard]] std::vector<alive::UnjoinedThread> Unjoined(std::uint64_t first,
                                                            registry::Origin scope) const;
  [[nodiscard]] std::vector<alive::LiveTask> Tasks(registry::Epoch first,
                                                   registry::Origin scope) const;
  [[nodiscard]] Result<std::vector<platform::ChildProcess>> Processes(
      const internal::SnapshotData* base, std::uint64_t births, registry::Origin scope) const;

  const Options& options_;
  const rules::IgnoreSet& ignore_;
  bool adopted_too_;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_LISTER_H_
