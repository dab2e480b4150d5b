// Wraps operator new and operator delete, and reports each block that may be a coroutine's frame to
// the core (taskleak/internal/coroutine_frame.h).
//
// Compiled into the executable, these definitions come first in the lookup of symbols, so calls
// from libraries reach them too. They are weak: if the program has operators of its own, those win
// without a conflict, and coroutines are not followed. Each hook calls the form that it wraps, so
// the next operators (of libstdc++, or of an allocator's library) are called as without hooks.
//
// Under AddressSanitizer and ThreadSanitizer, whose operators check which form allocated a block,
// nothing is wrapped: the sanitizer itself reports each block.
#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>

#include "taskleak/internal/coroutine_frame.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define TASKLEAK_SANITIZER_ALLOCATES 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TASKLEAK_SANITIZER_ALLOCATES 1
#endif

namespace internal = taskleak::internal;

#ifdef TASKLEAK_SANITIZER_ALLOCATES

// compiler-rt, include/sanitizer/allocator_interface.h. Returns 0 if there are too many hooks.
extern "C" int __sanitizer_install_malloc_and_free_hooks(  // NOLINT: the sanitizer's name
    void (*malloc_hook)(const volatile void*, std::size_t),
    void (*free_hook)(const volatile void*));

namespace {

void NoteMalloc(const volatile void* block, std::size_t size) {
  if (internal::g_follows_frames.load(std::memory_order_relaxed))
    internal::NoteAllocation(const_cast<const void*>(block), size);
}

void NoteFree(const volatile void* block) {
  if (internal::g_follows_frames.load(std::memory_order_relaxed))
    internal::NoteDelete(const_cast<void*>(block));
}

__attribute__((constructor(101))) void Prepare() {
  if (__sanitizer_install_malloc_and_free_hooks(NoteMalloc, NoteFree) != 0)
    internal::SetFrameHooks(internal::FrameHooks::kReady);
}

}  // namespace

#else

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

// The hooks have names of their own, to find out whether the program's operators come first.
#define TASKLEAK_HOOK extern "C" __attribute__((visibility("hidden"), used, noinline))
TASKLEAK_HOOK void* taskleak_new(size_t size);
TASKLEAK_HOOK void* taskleak_new_aligned(size_t size, align_val_t alignment);

namespace {

[[noreturn]] void ThrowBadAlloc() {
#ifdef __cpp_exceptions
  throw std::bad_alloc();
#else
  std::terminate();
#endif
}

// These are the next operators if no library has any, because the standard library is linked into
// the program. They do what the standard says ([new.delete.single]): a form that the program does
// not replace calls the simpler form, which it may have replaced.
void* AllocateOrNull(size_t size, size_t alignment) {
  const size_t least = size == 0 ? 1 : size;
  for (;;) {
    void* block = nullptr;
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__)
      block = std::malloc(least);
    else if (posix_memalign(&block, alignment, least) != 0)
      block = nullptr;
    if (block != nullptr) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

void* AllocateOrThrow(size_t size, size_t alignment) {
  void* const block = AllocateOrNull(size, alignment);
  if (block == nullptr) ThrowBadAlloc();
  return block;
}

// Holds the next operator, which is found when the program is loaded, or at the first call. `own`
// does the work if there is no next one.
template <typename Function>
class NextOperator {
 public:
  constexpr NextOperator(const char* symbol, Function own) : symbol_(symbol), own_(own) {}

  void Find() {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, symbol_));
    next_.store(next != nullptr ? next : own_, std::memory_order_release);
  }

  [[gnu::always_inline]] Function Get() {
    const Function next = next_.load(std::memory_order_acquire);
    return __builtin_expect(next != nullptr, 1) ? next : FindNow();
  }

 private:
  [[gnu::noinline, gnu::cold]] Function FindNow() {
    Find();
    return next_.load(std::memory_order_acquire);
  }

  const char* symbol_;
  Function own_;
  std::atomic<Function> next_{nullptr};
};

using New = void* (*)(size_t);
using NewNothrow = void* (*)(size_t, const nothrow_t&);
using NewAligned = void* (*)(size_t, align_val_t);
using NewAlignedNothrow = void* (*)(size_t, align_val_t, const nothrow_t&);
using Delete = void (*)(void*);
using DeleteSized = void (*)(void*, size_t);
using DeleteNothrow = void (*)(void*, const nothrow_t&);
using DeleteAligned = void (*)(void*, align_val_t);
using DeleteSizedAligned = void (*)(void*, size_t, align_val_t);
using DeleteAlignedNothrow = void (*)(void*, align_val_t, const nothrow_t&);

// Returns null if the program's operator, or its new-handler, throws.
template <typename Operator>
void* NullIfItThrows(Operator allocate) {
#ifdef __cpp_exceptions
  try {
    return allocate();
  } catch (...) {
    return nullptr;
  }
#else
  return allocate();
#endif
}

// Returns true if calls of the operator reach the hook. Compares at run time, because the compiler
// sees an alias here.
template <typename Function>
bool IsOwn(Function called, Function hook) {
  asm("" : "+r"(called));
  return called == hook;
}

void* PlainNew(size_t size) { return AllocateOrThrow(size, 1); }
void* PlainNewNothrow(size_t size, const nothrow_t&) {
  return NullIfItThrows([size] {
    const bool is_own = IsOwn<New>(&::operator new, &taskleak_new);
    return is_own ? AllocateOrNull(size, 1) : ::operator new(size);
  });
}
void* PlainNewAligned(size_t size, align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<size_t>(alignment));
}
void* PlainNewAlignedNothrow(size_t size, align_val_t alignment, const nothrow_t&) {
  return NullIfItThrows([size, alignment] {
    const bool is_own = IsOwn<NewAligned>(&::operator new, &taskleak_new_aligned);
    return is_own ? AllocateOrNull(size, static_cast<size_t>(alignment))
                  : ::operator new(size, alignment);
  });
}
// The operators called here are the program's, or hooks that lead back to these two.
void PlainDelete(void* block) { std::free(block); }
void PlainDeleteAligned(void* block, align_val_t) { std::free(block); }
void PlainDeleteSized(void* block, size_t) { ::operator delete(block); }
void PlainDeleteNothrow(void* block, const nothrow_t&) { ::operator delete(block); }
void PlainDeleteSizedAligned(void* block, size_t, align_val_t alignment) {
  ::operator delete(block, alignment);
}
void PlainDeleteAlignedNothrow(void* block, align_val_t alignment, const nothrow_t&) {
  ::operator delete(block, alignment);
}

// The symbols are those of the Itanium C++ ABI, section 5.1.4.3, on a 64-bit machine. A coroutine's
// frame comes from the forms for single objects ([dcl.fct.def.coroutine]/9), so those for arrays
// are not wrapped.
NextOperator<New> g_new("_Znwm", PlainNew);
NextOperator<NewNothrow> g_new_nothrow("_ZnwmRKSt9nothrow_t", PlainNewNothrow);
NextOperator<NewAligned> g_new_aligned("_ZnwmSt11align_val_t", PlainNewAligned);
NextOperator<NewAlignedNothrow> g_new_aligned_nothrow("_ZnwmSt11align_val_tRKSt9nothrow_t",
                                                      PlainNewAlignedNothrow);
NextOperator<Delete> g_delete("_ZdlPv", PlainDelete);
NextOperator<DeleteSized> g_delete_sized("_ZdlPvm", PlainDeleteSized);
NextOperator<DeleteNothrow> g_delete_nothrow("_ZdlPvRKSt9nothrow_t", PlainDeleteNothrow);
NextOperator<DeleteAligned> g_delete_aligned("_ZdlPvSt11align_val_t", PlainDeleteAligned);
NextOperator<DeleteSizedAligned> g_delete_sized_aligned("_ZdlPvmSt11align_val_t",
                                                        PlainDeleteSizedAligned);
NextOperator<DeleteAlignedNothrow> g_delete_aligned_nothrow("_ZdlPvSt11align_val_tRKSt9nothrow_t",
                                                            PlainDeleteAlignedNothrow);

// Is true once it is known that the next operators are the standard library's. Then their work
// (libsupc++/new_op.cc, del_op.cc) is done here, which saves calls, and the way back through these
// hooks that the sized forms take.
std::atomic<bool> g_next_is_standard{false};

[[gnu::always_inline]] inline bool NextIsStandard() {
  return __builtin_expect(g_next_is_standard.load(std::memory_order_relaxed), 1);
}

[[gnu::always_inline]] inline void* NextNew(size_t size) {
  if (!NextIsStandard()) return g_new.Get()(size);
  void* const block = std::malloc(size);
  return __builtin_expect(block != nullptr, 1) ? block : AllocateOrThrow(size, 1);
}

[[gnu::always_inline]] inline bool Follows() {
  return internal::g_follows_frames.load(std::memory_order_relaxed);
}

// `hook_frame` is the hook's frame address. Inlined, so that the return address is the hook's.
[[gnu::always_inline]] inline void* Noted(void* block, size_t size, const void* hook_frame) {
  const auto call = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  if (__builtin_expect(!internal::WasSeen(call, call << 1), 0))
    internal::NoteNew(block, size, hook_frame);
  return block;
}

[[gnu::always_inline]] inline void* Gone(void* block) {
  if (Follows()) internal::NoteDeleteQuickly(block);
  return block;
}

}  // namespace

TASKLEAK_HOOK void* taskleak_new(size_t size) {
  if (!Follows()) return NextNew(size);
  return Noted(NextNew(size), size, __builtin_frame_address(0));
}
TASKLEAK_HOOK void* taskleak_new_nothrow(size_t size, const nothrow_t& tag) {
  const NewNothrow next = g_new_nothrow.Get();
  if (!Follows()) return next(size, tag);
  return Noted(next(size, tag), size, __builtin_frame_address(0));
}
TASKLEAK_HOOK void* taskleak_new_aligned(size_t size, align_val_t alignment) {
  const NewAligned next = g_new_aligned.Get();
  if (!Follows()) return next(size, alignment);
  return Noted(next(size, alignment), size, __builtin_frame_address(0));
}
TASKLEAK_HOOK void* taskleak_new_aligned_nothrow(size_t size, align_val_t alignment,
                                                 const nothrow_t& tag) {
  const NewAlignedNothrow next = g_new_aligned_nothrow.Get();
  if (!Follows()) return next(size, alignment, tag);
  return Noted(next(size, alignment, tag), size, __builtin_frame_address(0));
}
TASKLEAK_HOOK void taskleak_delete(void* block) {
  Gone(block);
  if (NextIsStandard()) return std::free(block);
  g_delete.Get()(block);
}
TASKLEAK_HOOK void taskleak_delete_sized(void* block, size_t size) {
  Gone(block);
  if (NextIsStandard()) return std::free(block);
  g_delete_sized.Get()(block, size);
}
TASKLEAK_HOOK void taskleak_delete_nothrow(void* block, const nothrow_t& tag) {
  g_delete_nothrow.Get()(Gone(block), tag);
}
TASKLEAK_HOOK void taskleak_delete_aligned(void* block, align_val_t alignment) {
  g_delete_aligned.Get()(Gone(block), alignment);
}
TASKLEAK_HOOK void taskleak_delete_sized_aligned(void* block, size_t size, align_val_t alignment) {
  g_delete_sized_aligned.Get()(Gone(block), size, alignment);
}
TASKLEAK_HOOK void taskleak_delete_aligned_nothrow(void* block, align_val_t alignment,
                                                   const nothrow_t& tag) {
  g_delete_aligned_nothrow.Get()(Gone(block), alignment, tag);
}
#undef TASKLEAK_HOOK

// Shared libraries must find them too, even if the executable's own code is hidden.
#pragma GCC visibility push(default)
#define TASKLEAK_REPLACES(hook) __attribute__((weak, alias(hook)))
TASKLEAK_REPLACES("taskleak_new") void* operator new(size_t);
TASKLEAK_REPLACES("taskleak_new_nothrow") void* operator new(size_t, const nothrow_t&) noexcept;
TASKLEAK_REPLACES("taskleak_new_aligned") void* operator new(size_t, align_val_t);
TASKLEAK_REPLACES("taskleak_new_aligned_nothrow")
void* operator new(size_t, align_val_t, const nothrow_t&) noexcept;
TASKLEAK_REPLACES("taskleak_delete") void operator delete(void*) noexcept;
TASKLEAK_REPLACES("taskleak_delete_sized") void operator delete(void*, size_t) noexcept;
TASKLEAK_REPLACES("taskleak_delete_nothrow")
void operator delete(void*, const nothrow_t&) noexcept;
TASKLEAK_REPLACES("taskleak_delete_aligned") void operator delete(void*, align_val_t) noexcept;
TASKLEAK_REPLACES("taskleak_delete_sized_aligned")
void operator delete(void*, size_t, align_val_t) noexcept;
TASKLEAK_REPLACES("taskleak_delete_aligned_nothrow")
void operator delete(void*, align_val_t, const nothrow_t&) noexcept;
#undef TASKLEAK_REPLACES
#pragma GCC visibility pop

namespace {

// Returns the module of a function; null if there is none.
const void* ModuleOf(const void* function) {
  Dl_info info{};
  return function != nullptr && dladdr(function, &info) != 0 ? info.dli_fbase : nullptr;
}

// Returns true if no other library has operators that come before those of the standard library.
bool NextAreStandard() {
  const void* const standard = ModuleOf(dlsym(RTLD_NEXT, "_ZSt15get_new_handlerv"));
  for (const char* const symbol : {"_Znwm", "_ZdlPv", "_ZdlPvm"}) {
    if (standard == nullptr || ModuleOf(dlsym(RTLD_NEXT, symbol)) != standard) return false;
  }
  return true;
}

__attribute__((constructor(101))) void Prepare() {
  g_new.Find();
  g_new_nothrow.Find();
  g_new_aligned.Find();
  g_new_aligned_nothrow.Find();
  g_delete.Find();
  g_delete_sized.Find();
  g_delete_nothrow.Find();
  g_delete_aligned.Find();
  g_delete_sized_aligned.Find();
  g_delete_aligned_nothrow.Find();
  const bool next_are_standard = NextAreStandard();
  dlerror();  // a missing function is not an error of the program
  // Frames are freed by either of the last two ([dcl.fct.def.coroutine]/12).
  const bool are_own = IsOwn<New>(&::operator new, &taskleak_new) &&
                       IsOwn<Delete>(&::operator delete, &taskleak_delete) &&
                       IsOwn<DeleteSized>(&::operator delete, &taskleak_delete_sized);
  g_next_is_standard.store(are_own && next_are_standard, std::memory_order_relaxed);
  internal::SetFrameHooks(are_own ? internal::FrameHooks::kReady : internal::FrameHooks::kReplaced);
}

}  // namespace

#endif
