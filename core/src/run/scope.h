// A part of a run, with what was alive at its beginning.
#ifndef TASKLEAK_SRC_RUN_SCOPE_H_
#define TASKLEAK_SRC_RUN_SCOPE_H_

#include <string_view>

#include "registry/origin.h"
#include "taskleak/snapshot.h"

namespace taskleak::run {

/// Is open from Open() to Close(), on one thread (registry/origin.h).
class Scope {
 public:
  Scope() = default;
  ~Scope() { Close(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Closes it first if it is open.
  void Open(std::string_view name, registry::ScopeKind kind);
  void Close();

  [[nodiscard]] bool is_open() const { return open_; }
  /// Returns 0 if there was no memory for it, or it is not open.
  [[nodiscard]] registry::Origin origin() const { return origin_; }
  [[nodiscard]] const Snapshot& before() const { return before_; }

 private:
  bool open_ = false;
  registry::Origin origin_ = 0;
  Snapshot before_;
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_SCOPE_H_
