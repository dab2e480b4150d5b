#include "check/task_creator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/task_life.h"

namespace taskleak::check {
namespace {

platform::RawFrame ReturnTo(std::uintptr_t address) {
  return {.pc = address, .is_return_address = true, .guessed = false};
}

// What stands between the code that begins an operation and taskleak.
bool IsInLibrary(const Frame& frame, std::string_view plain_name) {
  constexpr std::array<std::string_view, 5> kLibraries = {
      "boost::asio::", "boost::fibers::", "asio::", "taskleak::internal::", "taskleak::registry::"};
  return frame.runtime || frame.function.empty() ||
         std::any_of(kLibraries.begin(), kLibraries.end(),
                     [&](std::string_view library) { return plain_name.starts_with(library); });
}

}  // namespace

// Nothing is left out where there is nothing but the library.
const ResolvedStack& TaskCreators::CallersOfLibrary(const registry::TaskRecord& record) {
  const registry::CreationStack& created = *record.created;
  const auto [entry, is_new] = callers_of_library_.try_emplace(&created);
  ResolvedStack& callers = entry->second;
  if (!is_new) return callers;
  std::vector<platform::RawFrame> raw;
  std::transform(created.addresses.begin(),
                 created.addresses.begin() + static_cast<std::ptrdiff_t>(created.depth),
                 std::back_inserter(raw), ReturnTo);
  const ResolvedStack& whole = resolver_.Resolve(raw);
  std::size_t first = 0;
  while (first < whole.stack.size() && IsInLibrary(whole.stack[first], whole.plain_names[first]))
    ++first;
  if (first == whole.stack.size()) first = 0;
  const bool is_fiber = record.saved_sp != 0;
  const bool only_one = !is_fiber && registry::GetTaskStacks() != TaskStacks::kFull;
  const std::size_t end = only_one ? std::min(first + 1, whole.stack.size()) : whole.stack.size();
  callers.plain_names.assign(whole.plain_names.begin() + static_cast<std::ptrdiff_t>(first),
                             whole.plain_names.begin() + static_cast<std::ptrdiff_t>(end));
  callers.stack = Stack(std::vector<Frame>(whole.stack.begin() + first, whole.stack.begin() + end));
  return callers;
}

const ResolvedStack& TaskCreators::Of(const registry::TaskRecord& record) {
  if (record.site == 0 && record.created != nullptr) return CallersOfLibrary(record);
  std::vector<platform::RawFrame> frames;
  if (record.created != nullptr) {
    for (std::size_t i = 0; i < record.created->depth; ++i)
      frames.push_back(ReturnTo(record.created->addresses[i]));
  } else if (record.site != 0) {
    frames.push_back(ReturnTo(record.site));
  }
  return resolver_.Resolve(frames);
}

}  // namespace taskleak::check
