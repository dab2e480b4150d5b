#include "run/raw_threads.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "linux/arch/call_site.h"
#include "linux/arch/registers.h"
#include "linux/proc/memory.h"
#include "linux/proc/task_directory.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::run {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostMappings = 1024;
constexpr std::size_t kMostAddresses = 33;  // where it is, and 32 above

// Holds one executable mapping and the address at which its file begins in memory.
struct CodeRange {
  internal::Mapping mapping;
  std::uintptr_t base = 0;
};

// These are static, because a thread's stack may be small and nothing may be allocated.
std::array<char, std::size_t{1} << 20> g_maps_text;
std::array<CodeRange, kMostMappings> g_code;
std::size_t g_code_count = 0;
std::array<std::uintptr_t, kStackBytes / sizeof(std::uintptr_t)> g_stack;
std::array<RawAddress, kMostAddresses> g_addresses;

std::string_view ReadMaps() {
  const int fd = open("/proc/thread-self/maps", O_RDONLY | O_CLOEXEC);
  std::size_t size = 0;
  for (ssize_t n = 1; fd >= 0 && n > 0 && size < g_maps_text.size();
       size += static_cast<std::size_t>(n)) {
    n = std::max<ssize_t>(read(fd, g_maps_text.data() + size, g_maps_text.size() - size), 0);
  }
  if (fd >= 0) close(fd);
  return {g_maps_text.data(), size};
}

void FindCode(std::string_view maps) {
  std::string_view last_path;
  std::uintptr_t base = 0;
  g_code_count = 0;
  while (!maps.empty() && g_code_count < g_code.size()) {
    const internal::Mapping mapping = internal::ParseMapping(internal::TakeLine(maps));
    if (mapping.path != last_path) base = mapping.begin;
    last_path = mapping.path;
    if (mapping.executable) g_code[g_code_count++] = {mapping, base};
  }
}

const CodeRange* CodeAt(std::uintptr_t address) {
  for (const CodeRange& code : std::span(g_code).first(g_code_count)) {
    if (code.mapping.begin <= address && address < code.mapping.end) return &code;
  }
  return nullptr;
}

RawAddress Describe(std::uintptr_t address) {
  const CodeRange* const code = CodeAt(address);
  if (code == nullptr) return {.address = address, .module = {}, .offset = 0};
  return {.address = address, .module = code->mapping.path, .offset = address - code->base};
}

// Returns true if the instruction before `address` may be a call.
bool FollowsCall(std::uintptr_t address) {
  return CodeAt(address - 1) != nullptr && platform::FollowsCall(address);
}

// Reads the place of a blocked thread and the return addresses on its stack. Returns how many of
// g_addresses are set.
std::size_t ReadAddresses(const platform::BlockedAt& at) {
  g_addresses[0] = Describe(at.pc);
  std::size_t count = 1;
  const std::size_t words =
      platform::ReadMemory(at.sp, g_stack.data(), kStackBytes) / sizeof(std::uintptr_t);
  for (std::size_t i = 0; i < words && count < g_addresses.size(); ++i) {
    const std::uintptr_t address = platform::StripSignature(g_stack[i]);
    if (CodeAt(address) != nullptr && FollowsCall(address))
      g_addresses[count++] = Describe(address);
  }
  return count;
}

}  // namespace

void VisitRawThreads(void (*visit)(void* context, const RawThread& thread), void* context) {
  FindCode(ReadMaps());
  const int directory = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  alignas(8) std::array<char, 4096> buffer;
  platform::VisitTids(directory, buffer, [visit, context](int tid) {
    std::array<char, 32> name;
    RawThread thread;
    thread.tid = tid;
    thread.name = platform::ReadTaskFile(tid, "comm", name.data(), name.size()).value_or("?");
    thread.name = thread.name.substr(0, thread.name.find('\n'));
    if (thread.name.starts_with("taskleak-")) return;
    const auto at = platform::ReadBlockedAt(tid);
    thread.unreadable = !at.has_value();
    if (at) thread.at = *at;
    if (at && !at->running) thread.addresses = std::span(g_addresses).first(ReadAddresses(*at));
    visit(context, thread);
  });
  if (directory >= 0) close(directory);
}

}  // namespace taskleak::run
