#include "explain/task_creator.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "explain/creation_frames.h"
#include "registry/task_life.h"

namespace taskleak::explain {
// Nothing is left out where there is nothing but the library.
const symbolize::ResolvedStack& TaskCreators::CallersOfLibrary(const registry::TaskRecord& record) {
  const registry::CreationStack& created = *record.created;
  const auto [entry, is_new] = callers_of_library_.try_emplace(&created);
  symbolize::ResolvedStack& callers = entry->second;
  if (!is_new) return callers;
  const symbolize::ResolvedStack& whole = resolver_.Resolve(CreationFrames(&created, 0));
  std::size_t first = 0;
  while (first < whole.stack.size() &&
         IsInTaskLibrary(whole.stack[first].runtime, whole.plain_names[first])) {
    ++first;
  }
  if (first == whole.stack.size()) first = 0;
  const bool is_fiber = record.saved_sp != 0;
  const bool only_one = !is_fiber && registry::GetTaskStacks() != TaskStacks::kFull;
  const std::size_t end = only_one ? std::min(first + 1, whole.stack.size()) : whole.stack.size();
  callers.plain_names.assign(whole.plain_names.begin() + static_cast<std::ptrdiff_t>(first),
                             whole.plain_names.begin() + static_cast<std::ptrdiff_t>(end));
  callers.stack = Stack(std::vector<Frame>(whole.stack.begin() + first, whole.stack.begin() + end));
  return callers;
}

const symbolize::ResolvedStack& TaskCreators::Of(const registry::TaskRecord& record) {
  if (record.site == 0 && record.created != nullptr) return CallersOfLibrary(record);
  return resolver_.Resolve(CreationFrames(record.created, record.site));
}

}  // namespace taskleak::explain
