// The function that a hook stands before.
#ifndef TASKLEAK_HOOKS_NEXT_FUNCTION_H_
#define TASKLEAK_HOOKS_NEXT_FUNCTION_H_

#include <dlfcn.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace taskleak::hooks {

/// Found on first use, and kept. Constant-initialized, since other code's static initialization may
/// create threads.
///
/// Under a sanitizer that intercepts the function itself, its interceptor comes next: it is called
/// by the name that the sanitizers' interception protocol gives it (compiler-rt,
/// lib/interception/interception.h), because dlsym would find libc's behind its back. In a static
/// executable, where nothing can be looked up, libc's internal name is what remains.
///
/// Hidden, because "next" counts from where the code that asks is: a copy of it that is shared with
/// a library would answer for the executable.
template <typename Function>
class __attribute__((visibility("hidden"))) NextFunction {
 public:
  constexpr explicit NextFunction(const char* name) : name_(name) {}

  Function Get(Function interceptor, Function internal) {
    Function next = next_.load(std::memory_order_acquire);
    if (next != nullptr) return next;
    next = interceptor;
    if (next == nullptr) next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name_));
    if (next == nullptr) next = internal;
    if (next == nullptr) Refuse();
    next_.store(next, std::memory_order_release);
    return next;
  }

 private:
  [[noreturn]] void Refuse() const {
    std::fprintf(stderr,
                 "taskleak: no %s comes after taskleak's own: link taskleak::static_hooks with a "
                 "static executable\n",
                 name_);
    std::abort();
  }

  const char* name_;
  std::atomic<Function> next_{nullptr};
};

}  // namespace taskleak::hooks

#endif  // TASKLEAK_HOOKS_NEXT_FUNCTION_H_
