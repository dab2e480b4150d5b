// The rules for walking creation stacks agree with libdw's rules.
#include "linux/unwind/eh_frame.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "linux/arch/registers.h"
#include "linux/modules/modules.h"
#include "linux/unwind/frame_rule.h"

namespace taskleak::platform {
namespace {

struct Code {
  std::uintptr_t begin;
  std::uintptr_t end;
};

// Returns the code of the program or library that contains `address`.
std::vector<Code> CodeAround(const void* address) {
  struct Search {
    std::uintptr_t address;
    std::vector<Code> found;
  } search{reinterpret_cast<std::uintptr_t>(address), {}};
  const auto look = [](dl_phdr_info* object, std::size_t, void* data) {
    auto& wanted = *static_cast<Search*>(data);
    std::vector<Code> code;
    bool holds = false;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& segment = object->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD) continue;
      const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
      holds = holds || wanted.address - begin < segment.p_memsz;
      if ((segment.p_flags & PF_X) != 0) code.push_back({begin, begin + segment.p_memsz});
    }
    if (holds) wanted.found = code;
    return holds ? 1 : 0;
  };
  dl_iterate_phdr(look, &search);
  return search.found;
}

// Returns the rule as a ShortRule. It is not usable if a ShortRule cannot express it.
ShortRule Shorten(const FrameRule& rule) {
  const Location& return_address = rule.callers[kReturnColumn];
  const Location& frame_pointer = rule.callers[kFramePointer];
  const bool plain_cfa = rule.cfa_register == kStackPointer || rule.cfa_register == kFramePointer;
  const bool saved = frame_pointer.kind == Location::kSavedAtCfaPlus;
  if (!rule.found || rule.signal_frame || !plain_cfa ||
      return_address.kind != Location::kSavedAtCfaPlus ||
      (!saved && frame_pointer.kind != Location::kSame))
    return {};
  ShortRule::Distances distances{rule.cfa_operand, return_address.operand};
  if (saved) distances.frame_pointer = frame_pointer.operand;
  return ShortRule::Make(rule.cfa_register == kFramePointer, distances);
}

struct Counts {
  int usable = 0;
  int only_libdw = 0;
};

void Compare(std::uintptr_t pc, Counts& counts) {
  const ShortRule own = FindEhFrameIndex(pc).RuleAt(pc);
  const MutexLock lock(Modules::Instance().mutex());
  const ShortRule expected = Shorten(MakeFrameRule(pc));
  if (own.usable()) {
    EXPECT_EQ(own.bits(), expected.bits()) << std::hex << pc;
  }
  counts.usable += own.usable() ? 1 : 0;
  counts.only_libdw += !own.usable() && expected.usable() ? 1 : 0;
}

void CompareAround(const void* address) {
  {
    Modules& modules = Modules::Instance();
    const MutexLock lock(modules.mutex());
    ASSERT_TRUE(modules.Refresh());
  }
  const std::vector<Code> code = CodeAround(address);
  ASSERT_FALSE(code.empty());
  constexpr std::uintptr_t kPlaces = 20'000;
  Counts counts;
  for (const Code& range : code) {
    const std::uintptr_t step = (range.end - range.begin) / kPlaces | 1;  // odd: any alignment
    for (std::uintptr_t pc = range.begin; pc < range.end; pc += step) Compare(pc, counts);
  }
  EXPECT_GT(counts.usable, 1000);
  // Only libdw has rules for code with .debug_frame alone, and for glibc's places after system
  // calls that start processes.
  EXPECT_LT(counts.only_libdw * 1000, counts.usable);
}

TEST(EhFrameTest, RulesOfTheProgramsOwnCodeAreThoseOfLibdw) {
  CompareAround(reinterpret_cast<const void*>(&CompareAround));
}

TEST(EhFrameTest, RulesOfLibcAreThoseOfLibdw) { CompareAround(dlsym(RTLD_NEXT, "pthread_create")); }

TEST(EhFrameTest, RulesOfTheStandardLibraryAreThoseOfLibdw) {
  CompareAround(dlsym(RTLD_NEXT, "__cxa_throw"));
}

// Memory that ends where no more memory is mapped, so that to read further is a fault.
class EdgeOfMemory {
 public:
  explicit EdgeOfMemory(const std::string& content) {
    void* const pages = mmap(nullptr, 2 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages, size_, PROT_READ | PROT_WRITE) != 0) std::abort();
    begin_ = static_cast<std::uint8_t*>(pages);
    content_ = {begin_ + size_ - content.size(), content.size()};
    std::memcpy(begin_ + size_ - content.size(), content.data(), content.size());
  }
  ~EdgeOfMemory() { munmap(begin_, 2 * size_); }
  EdgeOfMemory(const EdgeOfMemory&) = delete;
  EdgeOfMemory& operator=(const EdgeOfMemory&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> content() const { return content_; }

 private:
  std::size_t size_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::uint8_t* begin_ = nullptr;
  std::span<const std::uint8_t> content_;
};

std::string Number(std::int64_t value) {
  const auto number = static_cast<std::int32_t>(value);
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

constexpr std::int64_t kFunction = -0x1000;  // begins so far before the memory

// An .eh_frame_hdr with one function, then its entries; that of the function comes last.
struct Sections {
  std::int64_t version = 1;
  std::int64_t functions = 1;
  std::int64_t function_entry = 44;
  std::int64_t function_length = 24;
  std::int64_t common_length = 20;
  std::int64_t back_to_common = 28;
  std::string instructions{0x41, 0x0e, 0x20};  // after one byte: the frame begins 32 bytes above

  // What is mapped at the sections' address.
  [[nodiscard]] std::string Bytes() const {
    std::string bytes{static_cast<char>(version), 0x1b, 0x03, 0x3b};
    bytes += Number(16) + Number(functions) + Number(kFunction) + Number(function_entry);
    // Addresses are relative to their place; the return address is just below the frame.
    bytes += Number(common_length) + Number(0) + std::string("\1zR\0\1\x78", 6) +
             static_cast<char>(kReturnColumn) + std::string("\1\x1b\x0c", 3) +
             static_cast<char>(kStackPointer) + '\x08' +
             static_cast<char>(0x80 | static_cast<int>(kReturnColumn)) + '\1';
    bytes.resize(44);
    bytes += Number(function_length) + Number(back_to_common) + Number(kFunction - 52) +
             Number(0x100) + '\0' + instructions;
    bytes.resize(72);
    return bytes;
  }
};

// The rule for the function's instruction at an offset.
ShortRule RuleOf(const std::string& sections, std::uintptr_t offset = 8) {
  const EdgeOfMemory memory(sections);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.content().data());
  return FindRule(memory.content(), 0, begin + static_cast<std::uintptr_t>(kFunction) + offset);
}

TEST(EhFrameTest, ARuleIsReadFromItsBytes) {
  EXPECT_EQ(RuleOf(Sections().Bytes(), 0).bits(), ShortRule::Make(false, {8}).bits());
  EXPECT_EQ(RuleOf(Sections().Bytes(), 0xff).bits(), ShortRule::Make(false, {0x20}).bits());
  EXPECT_FALSE(RuleOf(Sections().Bytes(), 0x100).usable()) << "behind the function";
  EXPECT_FALSE(RuleOf(Sections().Bytes(), std::uintptr_t{0} - 1).usable()) << "before it";
}

TEST(EhFrameTest, SectionsThatLeadOutOfTheirMemoryHaveNoRule) {
  const struct {
    const char* what;
    Sections sections;
  } cases[] = {
      {"too many functions", {.functions = -1}},
      {"the entry is far behind", {.function_entry = 0x7fffffff}},
      {"the entry is before", {.function_entry = -0x7fffffff}},
      {"the entry is at the end", {.function_entry = 72}},
      {"the entry's length is cut off", {.function_entry = 70}},
      {"the entry ends behind", {.function_length = 25}},
      {"the entry has no end", {.function_length = 0x7fffffff}},
      {"the common entry is before", {.back_to_common = 0x7fffffff}},
      {"the common entry is behind", {.back_to_common = -0x1000}},
      {"the common entry has no end", {.common_length = 0x7fffffff}},
      {"an expression has no end", {.instructions = "\x41\x0f\xff\xff\xff\x7f"}},
  };
  for (const auto& each : cases) EXPECT_FALSE(RuleOf(each.sections.Bytes()).usable()) << each.what;
}

TEST(EhFrameTest, SectionsThatAreCutOffHaveNoRule) {
  const std::string whole = Sections().Bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(RuleOf(whole.substr(0, size)).usable()) << size;
}

TEST(EhFrameTest, NumbersThatAreTooLargeMakeNoRule) {
  const std::string large = "\xff\xff\xff\xff\x07";
  for (const char instruction : {'\x0e', '\x13'})  // def_cfa_offset, and that times the data unit
    EXPECT_FALSE(RuleOf(Sections{.instructions = '\x41' + (instruction + large)}.Bytes()).usable());
}

TEST(EhFrameTest, AFunctionsStartIsThatOfItsEntry) {
  const auto start = reinterpret_cast<std::uintptr_t>(&CompareAround);
  const EhFrameIndex index = FindEhFrameIndex(start);
  EXPECT_EQ(index.FunctionStart(start), start);
  EXPECT_EQ(index.FunctionStart(start + 7), start);
  EXPECT_LT(index.FunctionStart(start - 1), start);
  EXPECT_EQ(index.FunctionStart(0), 0U);
  EXPECT_EQ(EhFrameIndex().FunctionStart(start), 0U);
}

// A rule of one word has the values that it was made of.
TEST(EhFrameTest, AShortRuleHoldsBothDistances) {
  const ShortRule rule = ShortRule::Make(true, {1 << 20, -8, -(1 << 21)});
  EXPECT_TRUE(rule.usable() && rule.from_frame_pointer() && rule.saves_frame_pointer());
  EXPECT_EQ(rule.cfa_distance(), 1 << 20);
  EXPECT_EQ(rule.frame_pointer_distance(), -(1 << 21));
  EXPECT_FALSE(ShortRule::Make(true, {1 << 23}).usable());
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  EXPECT_FALSE(ShortRule::Make(true, {16, kLeast}).usable());
  EXPECT_FALSE(ShortRule::Make(true, {16, -16, kLeast}).usable());
}

}  // namespace
}  // namespace taskleak::platform
