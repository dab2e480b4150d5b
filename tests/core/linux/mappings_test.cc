// Lines of /proc/PID/maps.
#include "taskleak/internal/mappings.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::internal {
namespace {

TEST(MappingsTest, ALineIsReadFieldByField) {
  const struct {
    std::string_view line;
    std::uintptr_t begin;
    std::uintptr_t end;
    bool executable;
    std::uint64_t offset;
    std::string_view path;
  } cases[] = {
      {"7f10c3a00000-7f10c3a28000 r-xp 00028000 fe:01 1835023    /usr/lib/libc.so.6\n",
       0x7f10c3a00000, 0x7f10c3a28000, true, 0x28000, "/usr/lib/libc.so.6"},
      {"00400000-00401000 r--p 00000000 fe:01 7 /a\n", 0x400000, 0x401000, false, 0, "/a"},
      {"7ffd1000-7ffd2000 rwxp 00000000 00:00 0 \n", 0x7ffd1000, 0x7ffd2000, true, 0, ""},
      {"7ffd1000-7ffd2000 rw-p 00000000 00:00 0\n", 0x7ffd1000, 0x7ffd2000, false, 0, ""},
      {"7ffd1000-7ffd2000 r-xp 00000000 00:00 0          [vdso]\n", 0x7ffd1000, 0x7ffd2000, true, 0,
       "[vdso]"},
      {"1000-2000 r-xs 00001000 fe:01 7 /opt/my app/x (deleted)\n", 0x1000, 0x2000, true, 0x1000,
       "/opt/my app/x (deleted)"},
      {"1000-2000 r--p 00000000 fe:01 7 /a-b 0x1 c\n", 0x1000, 0x2000, false, 0, "/a-b 0x1 c"},
      {"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n", 0xffffffffff600000,
       0xffffffffff601000, true, 0, "[vsyscall]"},
      {"1000-2000 r-xp 00001000 fe:01 7 /last", 0x1000, 0x2000, true, 0x1000, "/last"},
      {"1000-2000 r-x", 0x1000, 0x2000, true, 0, ""},
      {"1000-2000 r", 0x1000, 0x2000, false, 0, ""},
      {"1000-20", 0x1000, 0x20, false, 0, ""},
      {"1000", 0x1000, 0, false, 0, ""},
      {"\n", 0, 0, false, 0, ""},
      {"", 0, 0, false, 0, ""},
  };
  for (const auto& each : cases) {
    const Mapping mapping = ParseMapping(each.line);
    EXPECT_EQ(mapping.begin, each.begin) << each.line;
    EXPECT_EQ(mapping.end, each.end) << each.line;
    EXPECT_EQ(mapping.executable, each.executable) << each.line;
    EXPECT_EQ(mapping.offset, each.offset) << each.line;
    EXPECT_EQ(mapping.path, each.path) << each.line;
    EXPECT_EQ(mapping.line, each.line);
  }
}

TEST(MappingsTest, MemoryIsSharedIfTheFourthPermissionSaysSo) {
  const struct {
    std::string_view line;
    bool shared;
  } cases[] = {
      {"1000-2000 rw-s 00000000 00:01 7 /dev/zero (deleted)\n", true},
      {"1000-2000 r-xs 00001000 fe:01 7 /a\n", true},
      {"1000-2000 rw-p 00000000 fe:01 7 /s\n", false},
      {"1000-2000 rw-s", true},
      {"1000-2000 rw-", false},
      {"1000-2000", false},
      {"", false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(ParseMapping(each.line).shared, each.shared) << each.line;
}

TEST(MappingsTest, LinesAreTakenOneByOneAlsoTheLastThatIsCutOff) {
  const std::string_view maps = "1000-2000 r-xp 0 0:0 7 /a\n\n2000-3000 r";
  const std::vector<Mapping> mappings = ParseMaps(maps);
  ASSERT_EQ(mappings.size(), 3U);
  EXPECT_EQ(mappings[0].path, "/a");
  EXPECT_EQ(mappings[1].line, "\n");
  EXPECT_EQ(mappings[2].begin, 0x2000U);
  EXPECT_TRUE(ParseMaps("").empty());
}

TEST(MappingsTest, ThisProcessHasItsOwnCodeMapped) {
  const auto here = reinterpret_cast<std::uintptr_t>(&ParseMaps);
  const std::string maps = ReadMaps();
  int found = 0;
  for (const Mapping& mapping : ParseMaps(maps))
    found += mapping.executable && mapping.begin <= here && here < mapping.end ? 1 : 0;
  EXPECT_EQ(found, 1);
}

}  // namespace
}  // namespace taskleak::internal
