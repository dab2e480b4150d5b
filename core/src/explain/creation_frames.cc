#include "explain/creation_frames.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "symbolize/symbolizer.h"

namespace taskleak::explain {
namespace {

using platform::RawFrame;

RawFrame Caller(std::uintptr_t address) {
  return {.pc = address, .is_return_address = true, .guessed = false};
}

// Returns the stack of a call that the hooks intercept, without the hooks' own frames: the
// innermost ones, up to the function that replaces libc's.
std::vector<RawFrame> FramesAbove(std::span<const std::uintptr_t> return_addresses,
                                  std::initializer_list<std::string_view> hooked) {
  std::vector<RawFrame> frames;
  for (const std::uintptr_t address : return_addresses) frames.push_back(Caller(address));
  constexpr std::ptrdiff_t kMostHookFrames = 4;
  std::ptrdiff_t hooks = 0;
  for (std::ptrdiff_t i = 0; i < std::min(kMostHookFrames, std::ssize(frames)); ++i) {
    const std::string_view name = symbolize::Quick(frames[static_cast<std::size_t>(i)]).plain_name;
    if (std::ranges::find(hooked, name) != hooked.end()) hooks = i + 1;
  }
  frames.erase(frames.begin(), frames.begin() + hooks);
  return frames;
}

}  // namespace

std::vector<RawFrame> CreationFrames(std::span<const std::uintptr_t> return_addresses) {
  return FramesAbove(return_addresses, {"pthread_create", "thrd_create"});
}

std::vector<RawFrame> DetachFrames(std::span<const std::uintptr_t> return_addresses) {
  return FramesAbove(return_addresses, {"pthread_detach", "thrd_detach"});
}

std::vector<RawFrame> ForkFrames(std::span<const std::uintptr_t> return_addresses) {
  return FramesAbove(return_addresses, {"fork", "posix_spawn", "posix_spawnp", "popen"});
}

std::vector<RawFrame> CreationFrames(const registry::CreationStack* created, std::uintptr_t site) {
  std::vector<RawFrame> frames;
  if (created != nullptr) {
    for (std::size_t i = 0; i < created->depth; ++i)
      frames.push_back(Caller(created->addresses[i]));
  } else if (site != 0) {
    frames.push_back(Caller(site));
  }
  return frames;
}

bool IsInTaskLibrary(bool runtime, std::string_view plain_name) {
  constexpr std::array<std::string_view, 5> kLibraries = {
      "boost::asio::", "boost::fibers::", "asio::", "taskleak::internal::", "taskleak::registry::"};
  return runtime || plain_name.empty() ||
         std::ranges::any_of(
             kLibraries, [&](std::string_view library) { return plain_name.starts_with(library); });
}

}  // namespace taskleak::explain
