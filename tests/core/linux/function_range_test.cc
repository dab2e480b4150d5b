// The table of functions in .eh_frame_hdr.
#include "linux/modules/function_range.h"

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "linux/modules/modules.h"

namespace taskleak::platform {

// For the messages of the tests.
void PrintTo(const FunctionRange& range, std::ostream* out) {
  *out << range.start << " to " << range.end;
}

namespace {

constexpr std::uintptr_t kHere = 0x500000;

// Returns a table with version, encodings, the place of .eh_frame, the number of functions, and the
// functions. As linkers write them, functions are given by their distance from the table's address,
// and lie before it.
std::string Table(const std::vector<std::int32_t>& functions) {
  std::string table = {1, 0x1b, 0x03, 0x3b};
  const auto append = [&table](std::int32_t value) {
    table.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  append(0x1000);
  append(static_cast<std::int32_t>(functions.size()));
  for (const std::int32_t function : functions) {
    append(function);
    append(0);
  }
  return table;
}

TEST(FrameTableTest, TheFunctionThatHoldsAnAddressIsFound) {
  const std::string table = Table({-0x3000, -0x2000, -0x1ff0, 0x100});
  const struct {
    const char* what;
    std::uintptr_t pc;
    FunctionRange expected;
  } cases[] = {
      {"before the first", kHere - 0x3001, {}},
      {"the first one's first byte", kHere - 0x3000, {kHere - 0x3000, kHere - 0x2000}},
      {"the first one's last byte", kHere - 0x2001, {kHere - 0x3000, kHere - 0x2000}},
      {"in the second", kHere - 0x1ff8, {kHere - 0x2000, kHere - 0x1ff0}},
      {"in the third, across the table", kHere, {kHere - 0x1ff0, kHere + 0x100}},
      {"the last, with an unknown end", kHere + 0x5000, {kHere + 0x100, kHere + 0x100}},
  };
  for (const auto& each : cases)
    EXPECT_EQ(SearchFrameTable(table, kHere, each.pc), each.expected) << each.what;
}

TEST(FrameTableTest, AnAddressFarFromTheTableIsInNoFunctionBelow) {
  const std::string table = Table({-0x3000, -0x2000});
  EXPECT_EQ(SearchFrameTable(table, kHere, 0), FunctionRange());
}

TEST(FrameTableTest, ATableOfAnotherFormSaysNothing) {
  const std::string good = Table({-0x3000, -0x2000});
  const std::uintptr_t pc = kHere - 0x2800;
  ASSERT_NE(SearchFrameTable(good, kHere, pc), FunctionRange());
  for (const std::size_t at : {0U, 1U, 2U, 3U}) {
    std::string other = good;
    other[at] = 0x10;
    EXPECT_EQ(SearchFrameTable(other, kHere, pc), FunctionRange()) << "byte " << at;
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(SearchFrameTable(good.substr(0, size), kHere, pc), FunctionRange()) << size;
  EXPECT_EQ(SearchFrameTable(Table({}), kHere, pc), FunctionRange());
}

// Returns the .eh_frame_hdr of the module that contains `address`, and its address.
std::pair<std::string, std::uintptr_t> TableOf(std::uintptr_t address) {
  struct Wanted {
    std::uintptr_t address;
    std::pair<std::string, std::uintptr_t> found;
  } wanted{address, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void* data) {
        auto& search = *static_cast<Wanted*>(data);
        bool here = false;
        const ElfW(Phdr)* table = nullptr;
        for (int i = 0; i < module->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = module->dlpi_phdr[i];
          const std::uintptr_t begin = module->dlpi_addr + segment.p_vaddr;
          here |= segment.p_type == PT_LOAD && search.address - begin < segment.p_memsz;
          if (segment.p_type == PT_GNU_EH_FRAME) table = &segment;
        }
        if (!here || table == nullptr) return 0;
        const std::uintptr_t at = module->dlpi_addr + table->p_vaddr;
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        search.found = {std::string(reinterpret_cast<const char*>(at), table->p_filesz), at};
        return 1;
      },
      &wanted);
  return wanted.found;
}

TEST(FrameTableTest, TheLinkersOwnTableIsUnderstood) {
  const auto function = reinterpret_cast<std::uintptr_t>(&TableOf);
  const auto [table, here] = TableOf(function);
  ASSERT_FALSE(table.empty());
  const FunctionRange range = SearchFrameTable(table, here, function + 8);
  EXPECT_EQ(range.start, function);
  EXPECT_GT(range.end, function);
}

TEST(FunctionRangeTest, AFunctionOfTheProgramIsFoundFromItsFirstToItsLastByte) {
  const auto function = reinterpret_cast<std::uintptr_t>(&TableOf);
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  ASSERT_TRUE(modules.Refresh());
  Dwfl_Module* const module = modules.Find(function);
  ASSERT_NE(module, nullptr);
  const FunctionRange range = FunctionAt(module, function);
  EXPECT_EQ(range.start, function);
  ASSERT_GT(range.end, function + 8);
  EXPECT_EQ(FunctionAt(module, function + (range.end - function) / 2), range);
  EXPECT_EQ(FunctionAt(module, range.end - 1), range);
  EXPECT_NE(FunctionAt(module, range.end), range);
  EXPECT_NE(FunctionAt(module, function - 1), range);
}

}  // namespace
}  // namespace taskleak::platform
