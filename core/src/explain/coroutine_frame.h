// Reads the frame of a coroutine of which nothing but its memory is known.
#ifndef TASKLEAK_SRC_EXPLAIN_COROUTINE_FRAME_H_
#define TASKLEAK_SRC_EXPLAIN_COROUTINE_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "linux/coroutines/coroutine_symbol.h"
#include "registry/task_registry.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// A copy of a frame.
struct FrameCopy {
  std::uintptr_t address = 0;
  std::vector<std::uintptr_t> words;
  std::optional<std::size_t> promise_end;  ///< how far, in words, its promise reaches, if known
};

/// Reads frames for one look. Not thread-safe.
class FrameReader {
 public:
  /// Completes the record of a coroutine that is known by its frame. `code` becomes its function;
  /// `state` shows whether it was not started, is suspended or has finished; `awaits_at` shows
  /// where. If its code was unloaded, `name` says so, and of these only the state is known. Returns
  /// false if the block is not, or no longer, a coroutine's frame.
  bool Complete(registry::TaskRecord& record);

  /// Returns the copy of a frame for which Complete() returned true; null for other tasks.
  [[nodiscard]] const FrameCopy* CopyOf(std::uint64_t serial) const;

 private:
  // Holds what is known of a coroutine's code, by its resume or destroy function.
  struct Function {
    std::uintptr_t begin = 0;
    platform::CoroutinePart part = platform::CoroutinePart::kNone;  // keeps the two apart, too:
    bool is_gcc = false;  // see symbolize::SymbolIndex::Symbol
    std::uintptr_t end = 0;
  };
  struct Layout {
    std::optional<std::size_t> index;
    std::map<std::uint32_t, std::uintptr_t> places;  // where each index is set; 0: not found
  };

  bool Complete(registry::TaskRecord& record, FrameCopy& copy);
  void Refresh();
  const Function& FunctionAt(std::uintptr_t address);
  Layout& LayoutOf(const Function& resume, const Function& destroy);
  std::uintptr_t PlaceOf(Layout& layout, const Function& resume, std::uintptr_t ramp,
                         std::uint32_t index);
  std::uintptr_t OtherSuspension(Layout& layout, const Function& resume,
                                 const registry::TaskRecord& record);
  bool ReadIndex(const FrameCopy& copy, const Function& resume, const Function& destroy,
                 registry::TaskRecord& record);

  bool refreshed_ = false;
  std::unordered_map<std::uintptr_t, Function> functions_;
  std::unordered_map<std::uintptr_t, Layout> layouts_;
  std::unordered_map<std::uint64_t, FrameCopy> copies_;
};

/// Returns where in the coroutine with this plain name the code at `place` is. The code may be
/// inlined into other functions. There is no line if it is not known.
Frame FrameOfCoroutine(std::uintptr_t place, const std::string& name);

/// Finds out which coroutine continues after which, by the pointers in their frames, and notes it
/// in the records.
void LinkAwaiters(const FrameReader& reader,
                  std::unordered_map<std::uint64_t, registry::TaskRecord>& tasks);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_COROUTINE_FRAME_H_
