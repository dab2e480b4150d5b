// Finds the function that a hook wraps.
#ifndef TASKLEAK_HOOKS_NEXT_FUNCTION_H_
#define TASKLEAK_HOOKS_NEXT_FUNCTION_H_

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace taskleak::hooks {

/// Returns whether the dynamic linker searches the object that contains `function` before the
/// object that contains `here`.
inline bool ComesBefore(const void* function, const void* here) {
  struct Search {
    std::uintptr_t function;
    std::uintptr_t here;
    bool before;
  } search{reinterpret_cast<std::uintptr_t>(function), reinterpret_cast<std::uintptr_t>(here),
           false};
  const auto look = [](dl_phdr_info* object, std::size_t, void* data) {
    auto& wanted = *static_cast<Search*>(data);
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& segment = object->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD) continue;
      const std::uintptr_t start = object->dlpi_addr + segment.p_vaddr;
      if (wanted.here - start < segment.p_memsz) {
        wanted.before = false;  // or in the same one
        return 1;
      }
      if (wanted.function - start < segment.p_memsz) wanted.before = true;
    }
    return wanted.before ? 1 : 0;
  };
  dl_iterate_phdr(look, &search);  // in the order of loading, which is the order of lookup
  return search.before;
}

/// Holds the function that a hook wraps. It is found when the program is loaded, and kept: a lookup
/// takes the dynamic linker's lock, and a thread that holds that lock may be waiting for this one.
/// Constant-initialized, since other code's static initialization may create threads.
///
/// Under a sanitizer that intercepts the function itself, its interceptor comes next. It is called
/// by the name that the sanitizers' interception protocol gives it (compiler-rt,
/// lib/interception/interception.h), because dlsym would find libc's function instead. But if the
/// interceptor comes first (clang links it into the executable, and the hooks are in a library), it
/// has called the hook. In a static executable, where nothing can be looked up, only libc's
/// internal name is left.
///
/// Hidden, because "next" depends on the object that asks: a copy shared with a library would
/// answer for the executable.
template <typename Function>
class __attribute__((visibility("hidden"))) NextFunction {
 public:
  constexpr explicit NextFunction(const char* name) : name_(name) {}

  /// Finds the function, without a failure if there is none. `exported` is an internal name of
  /// libc's that dynamic libcs export too; it is the last resort. Takes the dynamic linker's lock.
  /// Thread-safe.
  void Find(Function interceptor, Function internal, Function exported = nullptr) {
    Function next = internal;
    if (interceptor != nullptr) {
      if (ComesBefore(reinterpret_cast<const void*>(interceptor), this))
        behind_interceptor_.store(true, std::memory_order_relaxed);
      else
        next = interceptor;
    }
    if (next == nullptr) next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name_));
    if (next == nullptr) next = exported;
    next_.store(next, std::memory_order_release);
  }

  /// Returns the function, after Find(). Ends the process with a message if there is none.
  [[nodiscard]] Function Get() const {
    const Function next = next_.load(std::memory_order_acquire);
    if (next == nullptr) Refuse();
    return next;
  }

  /// Returns the function, or null if there is none or Find() has not been called.
  [[nodiscard]] Function GetIfAny() const { return next_.load(std::memory_order_acquire); }

  /// Returns whether the hook is called by a sanitizer's interceptor, after Find().
  [[nodiscard]] bool IsBehindInterceptor() const {
    return behind_interceptor_.load(std::memory_order_relaxed);
  }

 private:
  [[noreturn]] void Refuse() const {
    for (const char* text :
         {"taskleak: link taskleak::static_hooks with a static executable; here, no ", name_,
          " comes after taskleak's own\n"}) {
      static_cast<void>(!write(STDERR_FILENO, text, std::strlen(text)));
    }
    std::abort();
  }

  const char* name_;
  std::atomic<bool> behind_interceptor_{false};
  std::atomic<Function> next_{nullptr};
};

}  // namespace taskleak::hooks

#endif  // TASKLEAK_HOOKS_NEXT_FUNCTION_H_
