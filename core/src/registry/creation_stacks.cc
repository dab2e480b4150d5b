#include "registry/creation_stacks.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

#include "linux/unwind/creation_stack.h"

namespace taskleak::registry {
namespace {

// Uses open addressing. Entries are added and never removed. It has half a megabyte, and only used
// pages are touched.
constexpr std::size_t kSlots = std::size_t{1} << 16;
constexpr std::size_t kMostProbes = 64;
constinit std::array<std::atomic<const CreationStack*>, kSlots> g_stacks{};

bool Same(const CreationStack& a, const CreationStack& b) {
  return a.hash == b.hash && a.depth == b.depth &&
         std::equal(a.addresses.begin(), a.addresses.begin() + static_cast<std::ptrdiff_t>(a.depth),
                    b.addresses.begin());
}

std::uint64_t Hash(const CreationStack& stack) {
  std::uint64_t hash = stack.depth;
  for (std::size_t i = 0; i < stack.depth; ++i)
    hash = (hash ^ stack.addresses[i]) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 32);
}

const CreationStack* Intern(const CreationStack& stack) {
  std::unique_ptr<const CreationStack> made;
  for (std::size_t probe = 0; probe < kMostProbes; ++probe) {
    auto& place = g_stacks[(stack.hash + probe) % kSlots];
    const CreationStack* there = place.load(std::memory_order_acquire);
    if (there == nullptr) {
      if (made == nullptr) made.reset(new (std::nothrow) CreationStack(stack));
      if (made == nullptr) return nullptr;
      if (place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel))
        return made.release();
    }
    if (Same(*there, stack)) return there;
  }
  return nullptr;
}

}  // namespace

const CreationStack* InternOwnStack(std::uintptr_t site) {
  CreationStack stack;
  const std::size_t depth =
      platform::CaptureCreationStack(stack.addresses.data(), stack.addresses.size());
  const auto begin = stack.addresses.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(depth);
  const auto start = std::find(begin, end, site);
  stack.depth = static_cast<std::size_t>(
      std::distance(begin, start == end ? end : std::copy(start, end, begin)));
  stack.hash = Hash(stack);
  return Intern(stack);
}

const CreationStack* InternParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout) {
  CreationStack stack;
  stack.depth =
      platform::CaptureParkedStack(sp, layout, stack.addresses.data(), stack.addresses.size());
  if (stack.depth == 0) return nullptr;
  stack.hash = Hash(stack);
  return Intern(stack);
}

}  // namespace taskleak::registry
