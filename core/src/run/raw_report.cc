#include "run/raw_report.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "platform/linux/proc_file.h"
#include "platform/linux/task_directory.h"
#include "platform/memory.h"
#include "platform/thread_info.h"

namespace taskleak::run {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostMappings = 1024;
constexpr int kMostAddresses = 32;

// One executable mapping and the address at which its file begins in memory.
struct Mapping {
  std::uintptr_t start;
  std::uintptr_t end;
  std::uintptr_t base;
  std::string_view path;
};

// Static, because a thread's stack may be small and nothing may be allocated.
std::array<char, std::size_t{1} << 20> g_maps_text;
std::array<Mapping, kMostMappings> g_mappings;
std::size_t g_mapping_count = 0;
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
  // A line that cannot be written is lost: there is nobody left to tell.
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

// "start-end perms offset device inode path" (proc_pid_maps(5)).
void ParseMaps(std::string_view text) {
  std::string_view last_path;
  std::uintptr_t base = 0;
  g_mapping_count = 0;
  while (!text.empty() && g_mapping_count < g_mappings.size()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    platform::NumberReader numbers(line);
    const std::uintptr_t start = numbers.Next(16).value_or(0);
    const std::size_t dash = line.find('-');
    if (dash == std::string_view::npos) continue;
    const std::uintptr_t end = platform::NumberReader(line.substr(dash + 1)).Next(16).value_or(0);
    const std::size_t blank = line.find(' ');
    const std::size_t slash = line.find_first_of("/[", blank);
    const std::string_view path =
        slash == std::string_view::npos ? std::string_view() : line.substr(slash);
    if (path != last_path) base = start;
    last_path = path;
    if (line.substr(blank + 1, 4).find('x') != std::string_view::npos)
      g_mappings[g_mapping_count++] = {start, end, base, path};
  }
}

const Mapping* FindMapping(std::uintptr_t address) {
  for (std::size_t i = 0; i < g_mapping_count; ++i) {
    if (g_mappings[i].start <= address && address < g_mappings[i].end) return &g_mappings[i];
  }
  return nullptr;
}

void WriteAddress(Line& line, std::uintptr_t address) {
  line << "    ";
  line.Hex(address);
  if (const Mapping* const mapping = FindMapping(address)) {
    line << "  " << mapping->path << "+";
    line.Hex(address - mapping->base);
  }
  line.End();
}

// True if the instruction before `address` may be a call: E8 with a 32-bit distance, or FF /2 with
// any operand.
bool FollowsCall(std::uintptr_t address) {
  std::array<unsigned char, 7> code;
  if (FindMapping(address - 1) == nullptr ||
      platform::ReadMemory(address - code.size(), code.data(), code.size()) != code.size()) {
    return false;
  }
  if (code[2] == 0xE8) return true;
  for (const std::size_t at : {0U, 1U, 3U, 4U, 5U}) {
    if (code[at] == 0xFF && (code[at + 1] & 0x38) == 0x10) return true;
  }
  return false;
}

void WriteStack(Line& line, std::uintptr_t sp) {
  const std::size_t words =
      platform::ReadMemory(sp, g_stack.data(), kStackBytes) / sizeof(std::uintptr_t);
  int written = 0;
  for (std::size_t i = 0; i < words && written < kMostAddresses; ++i) {
    if (FindMapping(g_stack[i]) == nullptr || !FollowsCall(g_stack[i])) continue;
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
  int error = 0;
  const auto at = platform::ReadBlockedAt(tid, &error);
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
  ParseMaps(ReadMaps());
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
  for (long n = 0; (n = syscall(SYS_getdents64, directory, buffer.data(), buffer.size())) > 0;) {
    for (long at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      int tid = 0;
      const char* const name = static_cast<const char*>(entry->d_name);
      if (std::from_chars(name, name + std::strlen(name), tid).ec == std::errc())
        WriteThread(line, tid);
      at += entry->d_reclen;
    }
  }
  if (directory >= 0) close(directory);
}

}  // namespace taskleak::run
