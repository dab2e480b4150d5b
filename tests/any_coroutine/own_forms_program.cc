// A program with operators of its own for only some of the forms, with the standard library linked
// into it (CMakeLists.txt): the forms that it has not must lead to those that it has. Fails if a
// block goes to a form that did not allocate it.
#include <cstddef>
#include <cstdlib>
#include <new>

#include "taskleak/internal/coroutine_frame.h"

// Of the core, as far as the hooks need it.
namespace taskleak::internal {
void SetFrameHooks(FrameHooks /*hooks*/) noexcept {}
void NoteNew(const void* /*block*/, std::size_t /*size*/, const void* /*hook_frame*/) noexcept {}
void NoteDeleteAt(FrameRegion::Place& /*place*/, void* /*block*/) noexcept {}
void NoteDelete(void* /*block*/) noexcept {}
}  // namespace taskleak::internal

namespace {

int g_blocks = 0;

// Behind a header, so that free() does not take the block.
constexpr std::size_t kHeader = 64;

void* Allocate(std::size_t size) {
  auto* const memory =
      static_cast<char*>(std::aligned_alloc(kHeader, kHeader + size / 64 * 64 + 64));
  if (memory == nullptr) throw std::bad_alloc();
  ++g_blocks;
  return memory + kHeader;
}

void Free(void* block) {
  if (block == nullptr) return;
  --g_blocks;
  // The analyzer takes a call of these operators for one of the standard library's.
  // NOLINTNEXTLINE(clang-analyzer-unix.MismatchedDeallocator)
  std::free(static_cast<char*>(block) - kHeader);
}

constexpr std::align_val_t kAlignment{kHeader};
constexpr std::size_t kSize = 40;
constexpr std::size_t kTooMuch = std::size_t{1} << 60;

bool IsNullIfThereIsNoMemory() {
  const void* const block = ::operator new(kTooMuch, std::nothrow);
  const void* const aligned = ::operator new(kTooMuch, kAlignment, std::nothrow);
  return block == nullptr && aligned == nullptr;  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void operator delete(void* block) noexcept { Free(block); }
void* operator new(std::size_t size, std::align_val_t /*alignment*/) { return Allocate(size); }
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept { Free(block); }

// Clang does not declare these by itself.
void operator delete(void* block, std::size_t size) noexcept;
void operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept;

int main() {
  ::operator delete(::operator new(kSize), kSize);
  ::operator delete(::operator new(kSize), std::nothrow);
  ::operator delete(::operator new(kSize, std::nothrow));
  ::operator delete(::operator new(kSize, kAlignment), kSize, kAlignment);
  ::operator delete(::operator new(kSize, kAlignment), kAlignment, std::nothrow);
  ::operator delete(::operator new(kSize, kAlignment, std::nothrow), kAlignment);
  return g_blocks == 0 && IsNullIfThereIsNoMemory() ? 0 : 1;
}
