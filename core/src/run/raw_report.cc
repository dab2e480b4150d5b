#include "run/raw_report.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/arch/x86_64/branch.h"
#include "linux/proc/memory.h"
#include "linux/proc/task_directory.h"
#include "linux/proc/thread_info.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::run {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostMappings = 1024;
constexpr int kMostAddresses = 32;

// One executable mapping and the address at which its file begins in memory.
struct CodeRange {
  internal::Mapping mapping;
  std::uintptr_t base = 0;
};

// Static, because a thread's stack may be small and nothing may be allocated.
std::array<char, std::size_t{1} << 20> g_maps_text;
std::array<CodeRange, kMostMappings> g_code;
std::size_t g_code_count = 0;
std::array<std::uintptr_t, kStackBytes / sizeof(std::uintptr_t)> g_stack;

class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}
  Line& operator<<(std::string_view text) {
    const std::size_t n = std::min(text.size(), buffer_.size() - size_ - 1);
    std::copy_n(text.data(), n, buffer_.data() + size_);
    size_ += n;
    return *this;
  }
  Line& operator<<(long number) { return Number(number, 10); }
  Line& Hex(std::uintptr_t number) { return *this << "0x", Number(number, 16); }
  // A line that cannot be written is lost, since there is no other way to report it.
  void End() {
    buffer_[size_++] = '\n';
    [[maybe_unused]] const ssize_t n = write(fd_, buffer_.data(), size_);
    size_ = 0;
  }

 private:
  template <typename T>
  Line& Number(T number, int base) {
    std::array<char, 24> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
  }

  int fd_;
  std::array<char, 1024> buffer_;
  std::size_t size_ = 0;
};

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

void WriteAddress(Line& line, std::uintptr_t address) {
  line << "    ";
  line.Hex(address);
  if (const CodeRange* const code = CodeAt(address)) {
    line << "  " << code->mapping.path << "+";
    line.Hex(address - code->base);
  }
  line.End();
}

// True if the instruction before `address` may be a call.
bool FollowsCall(std::uintptr_t address) {
  if (CodeAt(address - 1) == nullptr) return false;
  const auto code = platform::ReadValue<std::array<unsigned char, platform::kLongestCall>>(
      address - platform::kLongestCall);
  return code && platform::DecodeCall(*code, address).kind != platform::Branch::Kind::kNone;
}

void WriteStack(Line& line, std::uintptr_t sp) {
  const std::size_t words =
      platform::ReadMemory(sp, g_stack.data(), kStackBytes) / sizeof(std::uintptr_t);
  int written = 0;
  for (std::size_t i = 0; i < words && written < kMostAddresses; ++i) {
    if (CodeAt(g_stack[i]) == nullptr || !FollowsCall(g_stack[i])) continue;
    WriteAddress(line, g_stack[i]);
    ++written;
  }
}

void WriteThread(Line& line, int tid) {
  std::array<char, 32> buffer;
  std::string_view name =
      platform::ReadTaskFile(tid, "comm", buffer.data(), buffer.size()).value_or("?");
  name = name.substr(0, name.find('\n'));
  if (name.starts_with("taskleak-")) return;
  line << "thread " << long{tid} << " \"" << name << "\" ";
  const auto at = platform::ReadBlockedAt(tid);
  if (!at || at->running) {
    line << (at ? "is running" : "cannot be read");
    return line.End();
  }
  line << "is in system call " << at->number << " at";
  line.End();
  WriteAddress(line, at->pc);
  WriteStack(line, at->sp);
}

}  // namespace

void WriteRawReport(int fd, std::string_view test) {
  FindCode(ReadMaps());
  Line line(fd);
  line << "taskleak: " << test
       << " does not return, and the full report got stuck as well. All threads, with what look "
          "like";
  line.End();
  line << "return addresses on their stacks (resolve MODULE+OFFSET with addr2line -Cfe MODULE "
          "OFFSET):";
  line.End();
  const int directory = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  alignas(8) std::array<char, 4096> buffer;
  platform::VisitTids(directory, buffer, [&line](int tid) { WriteThread(line, tid); });
  if (directory >= 0) close(directory);
}

}  // namespace taskleak::run
