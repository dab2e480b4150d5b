#include "registry/creation_stacks.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <type_traits>

#include "linux/coroutines/page_vector.h"
#include "linux/unwind/creation_stack.h"

namespace taskleak::registry {
namespace {

// This table uses open addressing. Entries are added and never removed. It takes half a megabyte,
// of which only used pages are touched.
constexpr std::size_t kSlots = std::size_t{1} << 16;
constexpr std::size_t kMostProbes = 64;
constinit std::array<std::atomic<const CreationStack*>, kSlots> g_stacks{};

// Memory for entries. It does not come from the allocator, because the calling thread may be in the
// middle of that.
struct StackChunk {
  static constexpr std::size_t kStacks = 240;

  std::atomic<std::size_t> used;
  std::array<CreationStack, kStacks> stacks;
};
static_assert(std::is_trivially_destructible_v<StackChunk>);
constinit std::atomic<StackChunk*> g_chunk{nullptr};

// Replaces the current chunk `full` by a new one, unless another thread does so. Returns false if
// there is no memory.
bool AddChunk(StackChunk* full) {
  void* const pages = platform::MapPages(sizeof(StackChunk));  // all zeros, which is an empty chunk
  if (pages == nullptr) return false;
  auto* const made = static_cast<StackChunk*>(pages);
  if (!g_chunk.compare_exchange_strong(full, made, std::memory_order_acq_rel))
    platform::UnmapPages(pages, sizeof(StackChunk));
  return true;
}

// Returns null if there is no memory.
CreationStack* NewStack() {
  for (;;) {
    StackChunk* const chunk = g_chunk.load(std::memory_order_acquire);
    const std::size_t i = chunk == nullptr ? StackChunk::kStacks : chunk->used.fetch_add(1);
    if (i < StackChunk::kStacks) return &chunk->stacks[i];
    if (!AddChunk(chunk)) return nullptr;
  }
}

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
  CreationStack* made = nullptr;  // lost if another thread stores the same stack first
  for (std::size_t probe = 0; probe < kMostProbes; ++probe) {
    auto& place = g_stacks[(stack.hash + probe) % kSlots];
    const CreationStack* there = place.load(std::memory_order_acquire);
    if (there == nullptr) {
      if (made == nullptr) made = NewStack();
      if (made == nullptr) return nullptr;
      *made = stack;
      if (place.compare_exchange_strong(there, made, std::memory_order_acq_rel)) return made;
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
