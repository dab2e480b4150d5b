// A library that is loaded while a test runs, with the coroutines of plugin_first.cc and
// plugin_second.cc.
#ifndef TASKLEAK_TESTS_ANY_COROUTINE_LOADED_PLUGIN_H_
#define TASKLEAK_TESTS_ANY_COROUTINE_LOADED_PLUGIN_H_

#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "taskleak/verify.h"

namespace taskleak::testing {

/// Loads it, and unloads it at the end of its life.
class LoadedPlugin {
 public:
  explicit LoadedPlugin(const std::string& path) : library_(dlopen(path.c_str(), RTLD_NOW)) {
    if (library_ == nullptr) ADD_FAILURE() << dlerror();
  }
  ~LoadedPlugin() {
    if (library_ != nullptr) dlclose(library_);
  }
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;

  void StartJobs() { Call("StartJobs"); }
  void DestroyJobs() { Call("DestroyJobs"); }
  /// Returns where its code begins to start coroutines; null if it is not loaded.
  [[nodiscard]] void* Code() const { return dlsym(library_, "StartJobs"); }
  /// Returns where it is loaded; null if it is not.
  [[nodiscard]] const void* Place() const {
    Dl_info info{};
    return library_ != nullptr && dladdr(Code(), &info) != 0 ? info.dli_fbase : nullptr;
  }

 private:
  using Function = void (*)(void**);

  void Call(const char* name) {
    if (library_ != nullptr) reinterpret_cast<Function>(dlsym(library_, name))(jobs_.data());
  }

  void* library_;
  std::array<void*, 2> jobs_{};
};

/// Returns how many units have that name.
inline std::size_t CountNamed(const LeakReport& report, const std::string& name) {
  std::size_t count = 0;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) count += unit.name == name ? 1 : 0;
  }
  return count;
}

/// Returns how many coroutines of such a library are reported. It starts two.
inline std::size_t CountServed(const LeakReport& report) {
  return CountNamed(report, "(anonymous namespace)::Serve");
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_ANY_COROUTINE_LOADED_PLUGIN_H_
