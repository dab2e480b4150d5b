// This code runs in any thread of the program, whatever locks the thread holds.
#include "registry/frame_map.h"

#include <cstddef>

#include "linux/coroutines/page_vector.h"

namespace taskleak::registry {
namespace {

using internal::FrameRegion;

constexpr std::size_t kMostProbes = 64;
constexpr std::size_t kPlacesBytes = FrameRegion::kSize / FrameRegion::kUnit * sizeof(FramePlace);

// Is set in a region's number until the region has places.
constexpr std::uintptr_t kIsTaken = std::uintptr_t{1} << 63;

// Returns the region with this number, or the first free place for one. Returns null if neither is
// near the expected place. Does not try neighbours next, since regions in use often lie in a row.
FrameRegion* Probe(std::uintptr_t number) {
  constexpr std::size_t kStep = 4099;
  for (std::size_t i = 0; i < kMostProbes; ++i) {
    FrameRegion& region = internal::FirstFrameRegion(number + i * kStep);
    const std::uintptr_t there = region.number.load(std::memory_order_acquire) & ~kIsTaken;
    if (there == number || there == 0) return &region;
  }
  return nullptr;
}

// Makes the places of a region. The kernel's zeros are null pointers, and pages cost memory only if
// there are frames.
bool GivePlaces(FrameRegion& region) {
  if (region.places.load(std::memory_order_acquire) != nullptr) return true;
  auto* const made = static_cast<FramePlace*>(platform::MapPages(kPlacesBytes));
  if (made == nullptr) return false;
  FramePlace* others = nullptr;
  if (!region.places.compare_exchange_strong(others, made, std::memory_order_acq_rel))
    platform::UnmapPages(made, kPlacesBytes);
  return true;
}

}  // namespace

FramePlace* FindFramePlace(std::uintptr_t address) {
  const std::uintptr_t number = internal::RegionNumber(address);
  const FrameRegion* const region = Probe(number);
  const bool is_there =
      region != nullptr && region->number.load(std::memory_order_acquire) == number;
  return is_there ? &internal::PlaceIn(*region, address) : nullptr;
}

FramePlace* MakeFramePlace(std::uintptr_t address) {
  const std::uintptr_t number = internal::RegionNumber(address);
  FrameRegion* region = Probe(number);
  for (std::uintptr_t there = 0; region != nullptr; region = Probe(number), there = 0) {
    if (region->number.compare_exchange_strong(there, number | kIsTaken) ||
        (there & ~kIsTaken) == number)
      break;
  }
  if (region == nullptr || !GivePlaces(*region)) return nullptr;
  region->number.store(number, std::memory_order_release);
  return &internal::PlaceIn(*region, address);
}

}  // namespace taskleak::registry
