#include "symbolize/symbolizer.h"

#include <dlfcn.h>
#include <elf.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/symbolize/fixture.h"
#include "linux/modules/modules.h"
#include "symbolize/function_name.h"
#include "symbolize/runtime_code.h"
#include "taskleak/internal/thread_birth.h"

namespace taskleak::symbolize {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

// A library that was built from fixture.cc, and is loaded.
class Fixture {
 public:
  explicit Fixture(const std::string& name)
      : handle_(dlopen((FIXTURE_FOLDER "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    fill_ = reinterpret_cast<FillPlaces*>(dlsym(handle_, "taskleak_fixture_fill"));
    fill_(&places);
  }
  ~Fixture() { dlclose(handle_); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  // The one function that the library exports.
  [[nodiscard]] FillPlaces* fill() const { return fill_; }

  Places places;

 private:
  void* handle_;
  FillPlaces* fill_ = nullptr;
};

void RefreshModules() {
  platform::Modules& modules = platform::Modules::Instance();
  const MutexLock lock(modules.mutex());
  ASSERT_TRUE(modules.Refresh());
}

platform::RawFrame FrameOf(const Place& place) {
  return {.pc = reinterpret_cast<std::uintptr_t>(place.pc), .is_return_address = true};
}
std::vector<Frame> ResolveOne(const Place& place) { return Resolve({FrameOf(place)}); }

// Returns the expected frames of a place, as "plain name file:line".
std::vector<std::string> Described(const std::vector<Frame>& frames) {
  std::vector<std::string> lines;
  for (const Frame& frame : frames) {
    std::ostringstream line;
    line << PlainName(frame.function) << ' ' << frame.file.substr(frame.file.rfind('/') + 1) << ':'
         << frame.line << (frame.inlined ? " inlined" : "");
    lines.push_back(line.str());
  }
  return lines;
}
std::string At(const std::string& name, int line) {
  return name + " fixture.cc:" + std::to_string(line);
}

class CompilerTest : public testing::TestWithParam<std::string> {
 protected:
  CompilerTest() : fixture_("fixture_" + GetParam() + ".so") { RefreshModules(); }
  const Places& places() const { return fixture_.places; }

 private:
  Fixture fixture_;
};

TEST_P(CompilerTest, ShowsInlinedCallersInnermostFirst) {
  const Place& place = places().inlined;
  EXPECT_THAT(Described(ResolveOne(place)),
              ElementsAre(At("fixture::Inner", place.lines[0]) + " inlined",
                          At("fixture::(anonymous namespace)::Middle", place.lines[1]) + " inlined",
                          At("fixture::Outer", place.lines[2])));
}

TEST_P(CompilerTest, NamesEveryKindOfFunctionWithItsLine) {
  EXPECT_THAT(
      Described(ResolveOne(places().lambda)),
      ElementsAre(At("fixture::CallLambda::{lambda}::operator()", places().lambda.lines[0])));
  EXPECT_THAT(
      Described(ResolveOne(places().anonymous)),
      ElementsAre(At("fixture::(anonymous namespace)::Hidden", places().anonymous.lines[0])));
  EXPECT_THAT(Described(ResolveOne(places().static_one)),
              ElementsAre(At("fixture::Static", places().static_one.lines[0])));
  EXPECT_THAT(Described(ResolveOne(places().templated)),
              ElementsAre(At("fixture::Box::Templated", places().templated.lines[0])));
  EXPECT_THAT(Described(ResolveOne(places().local)),
              ElementsAre(At("fixture::CallLocal::Local::Method", places().local.lines[0])));
}

// With -g1 there are no scopes. Then only the path shows which library an inlined function belongs
// to.
class CppLibraryTest : public CompilerTest {};

TEST_P(CppLibraryTest, AnInlinedFunctionFromTheCppLibrarysFolderIsTheRuntimes) {
  const std::vector<Frame> frames = ResolveOne(places().in_library);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].line, places().in_library.lines[0]);
  EXPECT_FALSE(frames[0].runtime);
  EXPECT_EQ(PlainName(frames[1].function), "ConstructsWith");
  EXPECT_TRUE(frames[1].runtime);
  EXPECT_EQ(frames[2].line, places().in_library.lines[1]);
  EXPECT_FALSE(frames[2].runtime);
}

TEST_P(CompilerTest, TellsModuleOffsetAndFullName) {
  const std::vector<Frame> frames = ResolveOne(places().templated);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].module, "fixture_" + GetParam() + ".so");
  Dl_info info;
  ASSERT_NE(dladdr(places().templated.pc, &info), 0);
  EXPECT_EQ(frames[0].module_offset,
            FrameOf(places().templated).pc - 1 - reinterpret_cast<std::uintptr_t>(info.dli_fbase));
  EXPECT_EQ(frames[0].address, FrameOf(places().templated).pc);
  EXPECT_THAT(frames[0].function,
              StartsWith("void fixture::Box<int>::Templated<long>(Place*, long)"));
  EXPECT_EQ(frames[0].file, "tests/core/symbolize/fixture.cc");
  EXPECT_FALSE(frames[0].runtime);
}

INSTANTIATE_TEST_SUITE_P(Compilers, CompilerTest, testing::Values(FIXTURE_NAMES));
INSTANTIATE_TEST_SUITE_P(Compilers, CppLibraryTest,
                         testing::Values(FIXTURE_NAMES, FIXTURE_NAMES_G1));

TEST(SymbolizerTest, AStrippedLibraryGivesModuleAndOffsetOnly) {
  const Fixture fixture("fixture_stripped.so");
  RefreshModules();
  const std::vector<Frame> frames = ResolveOne(fixture.places.static_one);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].function, "");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(frames[0].module, "fixture_stripped.so");
  EXPECT_GT(frames[0].module_offset, 0U);
}

TEST(SymbolizerTest, LocalFunctionsOfAStrippedLibraryAreNamedFromItsCompressedSymbols) {
  if (!std::filesystem::exists(FIXTURE_FOLDER "/fixture_mini.so")) GTEST_SKIP() << "needs xz";
  const Fixture fixture("fixture_mini.so");
  RefreshModules();
  EXPECT_EQ(Quick(FrameOf(fixture.places.static_one)).plain_name, "fixture::Static");
  const platform::RawFrame exported{.pc = reinterpret_cast<std::uintptr_t>(fixture.fill())};
  EXPECT_EQ(Quick(exported).plain_name, "taskleak_fixture_fill");
}

// Removes the table of sections, as `llvm-strip --strip-sections` does; nothing that is loaded
// changes.
void CopyWithoutSections(const std::string& from, const std::string& to) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  std::fstream file(to, std::ios::in | std::ios::out | std::ios::binary);
  Elf64_Ehdr header;
  ASSERT_TRUE(file.read(reinterpret_cast<char*>(&header), sizeof(header)));
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = SHN_UNDEF;
  file.seekp(0);
  ASSERT_TRUE(file.write(reinterpret_cast<const char*>(&header), sizeof(header)));
}

TEST(SymbolizerTest, ALibraryWithoutSectionsIsNamedFromItsDynamicSymbols) {
  CopyWithoutSections(FIXTURE_FOLDER "/fixture_unloaded.so",
                      FIXTURE_FOLDER "/fixture_without_sections.so");
  const Fixture fixture("fixture_without_sections.so");
  RefreshModules();
  const platform::RawFrame exported{.pc = reinterpret_cast<std::uintptr_t>(fixture.fill())};
  EXPECT_EQ(Quick(exported).plain_name, "taskleak_fixture_fill");
  EXPECT_EQ(Quick(FrameOf(fixture.places.static_one)).function, "");
}

// Units of debug information are read in their order, and only as far as it takes.
TEST(SymbolizerTest, FindsTheLinesOfLaterUnitsAndThenOfEarlierOnes) {
  const auto file_of = [](auto* function) {
    return Resolve({{.pc = reinterpret_cast<std::uintptr_t>(function)}}).back().file;
  };
  EXPECT_THAT(file_of(&PlainName), EndsWith("core/src/symbolize/function_name.cc"));
  EXPECT_THAT(file_of(&At), EndsWith("tests/core/symbolize/symbolizer_test.cc"));
  EXPECT_THAT(file_of(&IsSystemModule), EndsWith("core/src/symbolize/runtime_code.cc"));
}

TEST(SymbolizerTest, TheFunctionThatAThreadStartsInHasNoLine) {
  const std::vector<Frame> frames =
      Resolve({{.pc = reinterpret_cast<std::uintptr_t>(&internal::RunThread)}});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(PlainName(frames[0].function), "taskleak::internal::RunThread");
  EXPECT_EQ(frames[0].file, "");
}

TEST(SymbolizerTest, FindsTheStatementOfCodeThatHasAnotherLine) {
  void* const library = dlopen(FIXTURE_FOLDER "/fixture_statements.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) GTEST_SKIP() << "needs GCC";
  RefreshModules();
  const auto place = [library](const char* name) {
    return *static_cast<const std::uintptr_t*>(dlsym(library, name));
  };
  EXPECT_EQ(LineOfStatement(place("taskleak_optimized"), 100, 109), 101);
  EXPECT_EQ(LineOfStatement(place("taskleak_optimized"), 102, 109), std::nullopt);
  EXPECT_EQ(LineOfStatement(place("taskleak_not_optimized"), 200, 209), 202);
  EXPECT_EQ(LineOfStatement(place("taskleak_not_optimized"), 200, 202), std::nullopt);
  dlclose(library);
}

TEST(SymbolizerTest, AnUnloadedLibraryIsNoLongerNamed) {
  Place place;
  {
    const Fixture fixture("fixture_unloaded.so");
    RefreshModules();
    place = fixture.places.static_one;
    ASSERT_EQ(Quick(FrameOf(place)).plain_name, "fixture::Static");
    ASSERT_THAT(ResolveOne(place)[0].file, EndsWith("fixture.cc"));
  }
  RefreshModules();
  EXPECT_EQ(Quick(FrameOf(place)).function, "");
  const std::vector<Frame> frames = ResolveOne(place);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].function, "");
  EXPECT_EQ(frames[0].module, "");
  EXPECT_EQ(frames[0].module_offset, 0U);
}

TEST(SymbolizerTest, LooksAtTheMappingsAgainForAnUnknownAddress) {
  const Fixture fixture("fixture_unloaded.so");
  EXPECT_EQ(Quick(FrameOf(fixture.places.static_one)).plain_name, "fixture::Static");
}

TEST(SymbolizerTest, SystemModulesGetNamesOnly) {
  const auto pc = reinterpret_cast<std::uintptr_t>(dlsym(RTLD_NEXT, "gnu_get_libc_version"));
  const std::vector<Frame> frames = Resolve({{.pc = pc}});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].function, "gnu_get_libc_version");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_TRUE(frames[0].runtime);
}

TEST(SymbolizerTest, KeepsTheGuessedMark) {
  const Fixture fixture("fixture_unloaded.so");
  platform::RawFrame raw = FrameOf(fixture.places.static_one);
  EXPECT_FALSE(Resolve({raw})[0].guessed);
  raw.guessed = true;
  EXPECT_TRUE(Resolve({raw})[0].guessed);
}

TEST(SymbolizerTest, MarksFunctionsOfStdInTheProgramItselfAsRuntime) {
  std::vector<int> values{3, 2, 1};
  void (std::vector<int>::*member)(std::size_t) = &std::vector<int>::reserve;
  std::uintptr_t pc = 0;
  static_assert(sizeof(member) >= sizeof(pc));
  std::memcpy(&pc, &member, sizeof(pc));
  const std::vector<Frame> frames = Resolve({{.pc = pc}});
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(PlainName(frames.back().function), "std::vector::reserve");
  EXPECT_TRUE(frames.back().runtime);
}

TEST(SymbolizerTest, SeveralThreadsMayResolveAtOnce) {
  const Fixture fixture("fixture_unloaded.so");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&fixture] {
      for (int round = 0; round < 50; ++round) {
        EXPECT_THAT(ResolveOne(fixture.places.inlined)[0].file, EndsWith("fixture.cc"));
        EXPECT_EQ(Quick(FrameOf(fixture.places.local)).runtime, false);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace taskleak::symbolize
