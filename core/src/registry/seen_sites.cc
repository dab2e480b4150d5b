// This code runs in any thread of the program, whatever locks the thread holds.
#include "registry/seen_sites.h"

#include <atomic>
#include <cstddef>

#include "registry/ramp_sites.h"
#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {
namespace {

using internal::SeenSites;

// Says which word of a full set is replaced next, in any set.
constinit std::atomic<std::size_t> g_next{0};

std::atomic<std::uintptr_t>& PlaceIn(SeenSites& set) {
  for (std::atomic<std::uintptr_t>& word : set.words) {
    if (word.load(std::memory_order_relaxed) == 0) return word;
  }
  return set.words[g_next.fetch_add(1, std::memory_order_relaxed) % set.words.size()];
}

std::uintptr_t CallOf(std::uintptr_t word) {
  const RampSite* const site = SiteIn(word);
  return site != nullptr ? site->call : word >> 1;
}

}  // namespace

void KeepSeen(std::uintptr_t call, std::uintptr_t word) {
  if (internal::WasSeen(call, word)) return;
  PlaceIn(internal::SeenSitesOf(call)).store(word, std::memory_order_release);
}

void ForgetSeen(std::uintptr_t begin, std::uintptr_t end) {
  for (SeenSites& set : internal::g_seen_sites) {
    for (std::atomic<std::uintptr_t>& place : set.words) {
      const std::uintptr_t call = CallOf(place.load(std::memory_order_relaxed));
      if (call >= begin && call < end) place.store(0, std::memory_order_relaxed);
    }
  }
}

}  // namespace taskleak::registry
