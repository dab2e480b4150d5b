// This code runs in any thread of the program, whatever locks the thread holds
// (registry/ramp_sites.h).
#include "linux/coroutines/ramp_calls.h"

#include <elf.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "linux/arch/decode.h"
#include "linux/coroutines/address_set.h"
#include "linux/coroutines/coroutine_symbol.h"
#include "linux/coroutines/mapped_elf.h"
#include "linux/coroutines/mapped_path.h"
#include "linux/coroutines/page_vector.h"

namespace taskleak::platform {
namespace {

using Symbols = RampCalls::Symbols;

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

// One module while it is looked at.
struct Module {
  const MappedElf& elf;
  std::uintptr_t bias;

  [[nodiscard]] std::uintptr_t AddressOf(std::uint64_t in_file) const { return bias + in_file; }

  // Returns true if the whole range is in one segment of code.
  [[nodiscard]] bool HasCode(std::uintptr_t begin, std::uint64_t size) const {
    bool has = false;
    ForEachSegment(true, [&](std::span<const std::uint8_t> code, std::uintptr_t at) {
      has = has || (begin >= at && begin - at <= code.size() && size <= code.size() - (begin - at));
    });
    return has;
  }

  // Calls `visit` with the file's part of each segment, where it is mapped.
  template <typename Visit>
  void ForEachSegment(bool of_code, Visit visit) const {
    for (const Elf64_Phdr& segment : elf.segments()) {
      const bool is_code = (segment.p_flags & PF_X) != 0;
      if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0 || is_code != of_code)
        continue;
      const std::uintptr_t at = AddressOf(segment.p_vaddr);
      visit(std::span(reinterpret_cast<const std::uint8_t*>(at), segment.p_filesz), at);  // NOLINT
    }
  }
};

// Finds the names of coroutines' resume and destroy functions in the table of names. A linker may
// use the end of one name as another name.
PageVector<Range> FindNames(std::string_view names) {
  PageVector<Range> found;
  for (std::size_t dot = names.find('.'); dot != std::string_view::npos;
       dot = names.find('.', dot + 1)) {
    const std::string_view rest(names.data() + dot);
    if (PartOfSuffix(rest) == CoroutinePart::kNone) continue;
    const std::size_t before = names.rfind('\0', dot);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    found.push_back({begin, dot});
    dot += rest.size();
  }
  return found;
}

bool Covers(std::span<const Range> ascending, std::uintptr_t value) {
  const auto after = std::upper_bound(ascending.begin(), ascending.end(), value,
                                      [](std::uintptr_t v, const Range& r) { return v < r.begin; });
  return after != ascending.begin() && value < std::prev(after)->end;
}

bool IsFunction(const Elf64_Sym& symbol) {
  return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF &&
         symbol.st_size != 0;
}

PageVector<std::uintptr_t> FindFunctions(const Module& module, std::span<const Range> names) {
  PageVector<std::uintptr_t> functions;
  for (const Elf64_Sym& symbol : module.elf.symbols()) {
    if (IsFunction(symbol) && Covers(names, symbol.st_name))
      functions.push_back(module.AddressOf(symbol.st_value));
  }
  return functions;
}

// Finds constants that hold one of the functions' addresses, from which code loads it. Constants
// that the linker fills in may be beside the code; those that the dynamic linker fills in are data.
void FindConstants(const Module& module, const AddressSet& functions,
                   PageVector<std::uintptr_t>& constants) {
  const auto search = [&](std::span<const std::uint8_t> data, std::uintptr_t at) {
    const std::size_t first = (8 - at % 8) % 8;
    for (std::size_t i = first; i + 8 <= data.size(); i += 8) {
      std::uintptr_t word = 0;
      __builtin_memcpy(&word, data.data() + i, sizeof word);
      // Two that are loaded as one vector are used by the address of the first.
      if (functions.Contains(word)) constants.push_back(at + i);
    }
  };
  module.ForEachSegment(false, search);
  if (module.elf.has_fixed_addresses()) module.ForEachSegment(true, search);
}

// Finds where code takes the address of one of `targets`.
PageVector<std::uintptr_t> FindUses(const Module& module, const AddressSet& targets) {
  PageVector<std::uintptr_t> uses;
  module.ForEachSegment(true, [&](std::span<const std::uint8_t> code, std::uintptr_t at) {
    decoders::ForEachRelativeAddress(code, at, [&](std::size_t place, std::uintptr_t address) {
      if (targets.Contains(address)) uses.push_back(at + place);
    });
    if (!module.elf.has_fixed_addresses()) return;
    decoders::ForEachFixedAddress(code, [&](std::size_t place, std::uintptr_t address) {
      if (targets.Contains(address)) uses.push_back(at + place);
    });
  });
  std::sort(uses.values().begin(), uses.values().end());
  return uses;
}

// Finds the calls in functions that contain one of `uses`, except those of the coroutines' own
// `functions`, which allocate no frame.
PageVector<std::uintptr_t> FindCalls(const Module& module, std::span<const std::uintptr_t> uses,
                                     const AddressSet& functions) {
  PageVector<std::uintptr_t> calls;
  Range code{UINTPTR_MAX, 0};
  module.ForEachSegment(true, [&](std::span<const std::uint8_t> bytes, std::uintptr_t at) {
    code = {std::min(code.begin, at), std::max(code.end, at + bytes.size())};
  });
  for (const Elf64_Sym& symbol : module.elf.symbols()) {
    const std::uintptr_t begin = module.AddressOf(symbol.st_value);
    if (!IsFunction(symbol)) continue;
    const auto use = std::lower_bound(uses.begin(), uses.end(), begin);
    if (use == uses.end() || *use - begin >= symbol.st_size) continue;
    if (!module.HasCode(begin, symbol.st_size)) continue;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(begin);  // NOLINT
    decoders::ForEachCall(std::span(bytes, symbol.st_size), begin,
                          [&](std::uintptr_t return_address, std::uintptr_t target) {
                            if (functions.Contains(target)) return;
                            if (target == 0 || (target >= code.begin && target < code.end))
                              calls.push_back(return_address);
                          });
  }
  std::sort(calls.values().begin(), calls.values().end());
  return calls;
}

// Returns whether there are symbols of local functions. Without them there are no symbols of
// coroutines either, whose parts are local functions. A linker leaves them out with --discard-all,
// and `strip -x` removes them.
bool HasLocalFunctions(const MappedElf& elf) {
  return std::ranges::any_of(elf.symbols(), [](const Elf64_Sym& symbol) {
    return ELF64_ST_BIND(symbol.st_info) == STB_LOCAL && IsFunction(symbol);
  });
}

RampCalls Without(Symbols symbols) { return {.symbols = symbols, .calls = {}, .functions = {}}; }

RampCalls FindCallsIn(const Module& module) {
  const PageVector<Range> names = FindNames(module.elf.names());
  PageVector<std::uintptr_t> functions = FindFunctions(module, names.values());
  if (functions.values().empty() && !functions.dropped() && !names.dropped())
    return Without(Symbols::kRead);
  AddressSet taken(functions.values().size());
  if (!taken.is_usable()) return Without(Symbols::kNoResources);
  for (const std::uintptr_t function : functions.values()) taken.Insert(function);
  PageVector<std::uintptr_t> constants;
  FindConstants(module, taken, constants);
  AddressSet targets(functions.values().size() + constants.values().size());
  if (!targets.is_usable()) return Without(Symbols::kNoResources);
  for (const std::uintptr_t function : functions.values()) targets.Insert(function);
  for (const std::uintptr_t constant : constants.values()) targets.Insert(constant);
  const PageVector<std::uintptr_t> uses = FindUses(module, targets);
  PageVector<std::uintptr_t> calls = FindCalls(module, uses.values(), taken);
  const bool whole = !names.dropped() && !functions.dropped() && !constants.dropped() &&
                     !uses.dropped() && !calls.dropped();
  if (!whole) return Without(Symbols::kNoResources);
  std::sort(functions.values().begin(), functions.values().end());
  return {Symbols::kRead, std::move(calls), std::move(functions)};
}

RampCalls FindCallsBy(const LoadedModule& loaded, const char* path) {
  const MappedElf elf(path);
  if (elf.lacked_resources()) return Without(Symbols::kNoResources);
  if (!elf.is_open() || !loaded.IsOf(elf)) return Without(Symbols::kUnreadable);
  if (!HasLocalFunctions(elf)) return Without(Symbols::kNone);
  return FindCallsIn({elf, loaded.bias()});
}

}  // namespace

RampCalls FindRampCalls(const LoadedModule& module, const char* path) {
  RampCalls found = FindCallsBy(module, path);
  if (found.symbols != Symbols::kUnreadable) return found;
  const MappedPath mapped(module.begin());
  return mapped.path() == nullptr ? std::move(found) : FindCallsBy(module, mapped.path());
}

bool HasCoroutines(const char* path) {
  const MappedElf elf(path);
  return elf.is_open() && !FindNames(elf.names()).values().empty();
}

}  // namespace taskleak::platform
