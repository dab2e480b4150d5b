// Coroutines in libraries that are loaded while the test runs, linked in several ways
// (CMakeLists.txt).
#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/leaks.h"
#include "taskleak/alive.h"

namespace taskleak {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A library that has started its coroutines.
class Plugin {
 public:
  explicit Plugin(const std::string& path) : library_(dlopen(path.c_str(), RTLD_NOW)) {
    if (library_ == nullptr) {
      ADD_FAILURE() << dlerror();
      return;
    }
    Find("StartJobs")(jobs_.data());
  }
  ~Plugin() {
    if (library_ == nullptr) return;
    Find("DestroyJobs")(jobs_.data());
    dlclose(library_);
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

 private:
  using Function = void (*)(void**);
  Function Find(const char* name) { return reinterpret_cast<Function>(dlsym(library_, name)); }

  void* library_;
  std::array<void*, 2> jobs_{};
};

std::size_t CountServed(const LeakReport& report) {
  std::size_t count = 0;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units)
      count += unit.name == "(anonymous namespace)::Serve" ? 1 : 0;
  }
  return count;
}

TEST(PluginTest, BothCoroutinesOfTheSameNameAreFoundHoweverTheLibraryIsLinked) {
  std::istringstream paths(PLUGINS);
  for (std::string path; std::getline(paths, path, ':');) {
    const auto before = Snapshot::Take();
    {
      const Plugin plugin(path);
      const LeakReport report = testing::Look(before);
      EXPECT_EQ(CountServed(report), 2U) << path << '\n' << report.ToText();
      EXPECT_EQ(report.unit_count(), 2U) << path << '\n' << report.ToText();
    }
    EXPECT_TRUE(testing::Look(before).empty()) << path;
  }
}

TEST(PluginTest, DebugInformationIsNotNeeded) {
  const auto before = Snapshot::Take();
  const Plugin plugin(PLUGIN_WITHOUT_DEBUG);
  EXPECT_EQ(CountServed(testing::Look(before)), 2U);
}

TEST(PluginTest, AModuleWithoutSymbolsIsReportedAsNotVisible) {
  const auto before = Snapshot::Take();
  const Plugin plugin(STRIPPED_PLUGIN);
  EXPECT_TRUE(testing::Look(before).empty());
  EXPECT_THAT(FindAlive().notes,
              Contains(HasSubstr("coroutines of " + std::string(STRIPPED_NAME) +
                                 " are not visible: it has no symbol table that can be read")));
}

}  // namespace
}  // namespace taskleak
