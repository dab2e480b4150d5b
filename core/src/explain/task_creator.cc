#include "explain/task_creator.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "explain/creation_frames.h"
#include "registry/task_life.h"
#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

platform::RawFrame FunctionAt(std::uintptr_t address) {
  return {.pc = address, .is_return_address = false, .guessed = false};
}

// Returns the frame into which the frames from `first` on are inlined.
std::size_t PhysicalFrame(const Stack& stack, std::size_t first) {
  while (first + 1 < stack.size() && stack[first].inlined) ++first;
  return first;
}

// Returns the frame that called the coroutine with this name. The coroutine's first piece is the
// innermost physical frame, or is inlined into it.
std::size_t AfterRamp(const symbolize::ResolvedStack& whole, const std::string& name) {
  if (whole.stack.empty()) return 0;
  const auto end =
      whole.plain_names.begin() + static_cast<std::ptrdiff_t>(PhysicalFrame(whole.stack, 0)) + 1;
  const auto ramp = std::find(whole.plain_names.begin(), end, name);
  return ramp == end ? 0 : static_cast<std::size_t>(ramp - whole.plain_names.begin()) + 1;
}

}  // namespace

// Leaves out the library's frames, unless there are no others.
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

// Returns the code that created a coroutine. Its frame is allocated by its own first piece, whose
// caller is the creator, or by the creator, if that piece was inlined there.
const symbolize::ResolvedStack& TaskCreators::CallerOfRamp(const registry::TaskRecord& record) {
  std::vector<platform::RawFrame> frames = CreationFrames(record.created, record.call);
  if (record.created == nullptr && record.site != 0)
    frames.push_back({.pc = record.site, .is_return_address = true, .guessed = false});
  const auto [entry, is_new] =
      callers_of_ramps_.try_emplace({record.created, record.call, record.site, record.code});
  symbolize::ResolvedStack& callers = entry->second;
  if (!is_new) return callers;
  const symbolize::ResolvedStack& whole = resolver_.Resolve(frames);
  const std::size_t first = AfterRamp(whole, symbolize::Quick(FunctionAt(record.code)).plain_name);
  std::size_t end = whole.stack.size();
  if (record.created == nullptr && first < end) end = PhysicalFrame(whole.stack, first) + 1;
  callers.plain_names.assign(whole.plain_names.begin() + static_cast<std::ptrdiff_t>(first),
                             whole.plain_names.begin() + static_cast<std::ptrdiff_t>(end));
  callers.stack = Stack(std::vector<Frame>(whole.stack.begin() + first, whole.stack.begin() + end));
  return callers;
}

const symbolize::ResolvedStack& TaskCreators::Of(const registry::TaskRecord& record) {
  if (record.frame.is_frame()) return CallerOfRamp(record);
  if (record.site == 0 && record.created != nullptr) return CallersOfLibrary(record);
  return resolver_.Resolve(CreationFrames(record.created, record.site));
}

}  // namespace taskleak::explain
