#include "run/scope.h"

#include <utility>

#include "registry/snapshot_data.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"

namespace taskleak::run {

void Scope::Open(std::string_view name, registry::ScopeKind kind) {
  Close();
  open_ = true;
  origin_ = registry::OpenScope(name, kind);
  before_ = Snapshot::Take();
}

void Scope::Close() {
  if (!std::exchange(open_, false)) return;
  const internal::SnapshotData& then = *before_.data();
  const bool used =
      registry::NextSerial() != then.next_birth || registry::BeginEpoch() != then.next_epoch;
  registry::CloseScope(std::exchange(origin_, 0), used);
}

}  // namespace taskleak::run
