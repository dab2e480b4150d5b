// Runs in any thread of the program, whatever locks that holds.
#include "registry/frame_map.h"

#include <cstddef>

#include "linux/coroutines/page_vector.h"

namespace taskleak::registry {
namespace {

using internal::FrameRegion;

constexpr std::size_t kMostProbes = 64;
constexpr std::size_t kPlacesBytes = FrameRegion::kSize / FrameRegion::kUnit * sizeof(FramePlace);

// The region with this number, or the first free place for one; null if there is neither near where
// it should be.
FrameRegion* Probe(std::uintptr_t number) {
  const auto first = static_cast<std::size_t>(&internal::FirstFrameRegion(number) -
                                              internal::g_frame_regions.data());
  for (std::size_t i = 0; i < kMostProbes; ++i) {
    FrameRegion& region = internal::g_frame_regions[(first + i) % internal::kFrameRegions];
    const std::uintptr_t there = region.number.load(std::memory_order_acquire);
    if (there == number || there == 0) return &region;
  }
  return nullptr;
}

FramePlace* PlaceIn(FramePlace* places, std::uintptr_t address) {
  return &places[address % FrameRegion::kSize / FrameRegion::kUnit];
}

}  // namespace

FramePlace* FindFramePlace(std::uintptr_t address) {
  const FrameRegion* const region = Probe(address / FrameRegion::kSize);
  if (region == nullptr || region->number.load(std::memory_order_acquire) == 0) return nullptr;
  FramePlace* const places = region->places.load(std::memory_order_acquire);
  return places == nullptr ? nullptr : PlaceIn(places, address);
}

FramePlace* MakeFramePlace(std::uintptr_t address) {
  const std::uintptr_t number = address / FrameRegion::kSize;
  FrameRegion* region = Probe(number);
  for (std::uintptr_t there = 0; region != nullptr; region = Probe(number), there = 0) {
    if (region->number.compare_exchange_strong(there, number) || there == number) break;
  }
  if (region == nullptr) return nullptr;
  FramePlace* places = region->places.load(std::memory_order_acquire);
  if (places != nullptr) return PlaceIn(places, address);
  // Zeros from the kernel are null pointers; they cost memory only where there are frames.
  auto* const made = static_cast<FramePlace*>(platform::MapPages(kPlacesBytes));
  if (made == nullptr) return nullptr;
  if (region->places.compare_exchange_strong(places, made, std::memory_order_acq_rel))
    return PlaceIn(made, address);
  platform::UnmapPages(made, kPlacesBytes);
  return PlaceIn(places, address);
}

}  // namespace taskleak::registry
