// The name of what does not return, for the report of last resort.
#ifndef TASKLEAK_SRC_RUN_HUNG_SCOPE_H_
#define TASKLEAK_SRC_RUN_HUNG_SCOPE_H_

#include <array>
#include <atomic>
#include <string_view>

namespace taskleak::run {

/// Hands a name from one thread to another one, without locks and memory. Each is written where the
/// other thread does not read.
class HungScope {
 public:
  /// Sets the name: the test `scope`, or a `phase` of it. Changes nothing after Take(). Called by
  /// one thread at a time.
  void Set(std::string_view scope, std::string_view phase);

  /// Returns the name, which never changes again. Call it once. Async-signal-safe.
  [[nodiscard]] const char* Take() { return shown_.exchange(nullptr)->data(); }

 private:
  using Name = std::array<char, 256>;

  std::array<Name, 2> names_{};
  std::atomic<Name*> shown_{&names_[0]};  // null: it was taken
  Name* next_ = &names_[1];               // null: none is left to write to
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_HUNG_SCOPE_H_
