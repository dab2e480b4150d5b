#include "registry/process_end.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include "taskleak/internal/process_end.h"

namespace taskleak::registry {
namespace {

// Read wherever the process may be ended, also from a signal handler: so in memory that is always
// there, without a lock.
constexpr std::size_t kMostScope = 240;
constinit std::atomic<pid_t> g_process{0};  // in which something is under way; 0: nothing is
constinit std::atomic<EarlyEnd> g_end{EarlyEnd::kFailure};
constinit std::array<std::atomic<char>, kMostScope + 1> g_scope{};

// One line, in one piece.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const std::size_t n = std::min(text.size(), text_.size() - size_);
    std::copy_n(text.data(), n, text_.data() + size_);
    size_ += n;
    return *this;
  }
  Line& operator<<(const std::array<std::atomic<char>, kMostScope + 1>& text) {
    for (const std::atomic<char>& c : text) {
      const char now = c.load(std::memory_order_relaxed);
      if (now == '\0') break;
      *this << std::string_view(&now, 1);
    }
    return *this;
  }
  // What cannot be written is lost.
  void Write() const { static_cast<void>(!write(STDERR_FILENO, text_.data(), size_)); }

 private:
  std::array<char, 512> text_;
  std::size_t size_ = 0;
};

// True for the first who asks while something is under way in this process.
bool TakeOnce(std::string_view call) {
  pid_t process = getpid();
  if (!g_process.compare_exchange_strong(process, 0)) return false;
  Line line;
  line << "taskleak: " << g_scope << " ended the process with " << call
       << " before it was checked: nothing is known of its leaks, and no later test has run\n";
  line.Write();
  return true;
}

}  // namespace

void BeginUnfinished(std::string_view scope, EarlyEnd end) {
  g_process.store(0);
  const std::size_t size = std::min(scope.size(), kMostScope);
  for (std::size_t i = 0; i < size; ++i) g_scope[i].store(scope[i], std::memory_order_relaxed);
  g_scope[size].store('\0', std::memory_order_relaxed);
  g_end.store(end);
  g_process.store(getpid());
}

void EndUnfinished() { g_process.store(0); }

bool TakeUnfinished(std::string_view call, Unfinished& unfinished) {
  if (!TakeOnce(call)) return false;
  unfinished.end = g_end.load();
  for (const std::atomic<char>& c : g_scope) {
    const char now = c.load(std::memory_order_relaxed);
    if (now == '\0') break;
    unfinished.scope += now;
  }
  return true;
}

}  // namespace taskleak::registry

namespace taskleak::internal {

int StatusAtEnd(int status) noexcept {
  const bool early = registry::TakeOnce("_exit()");
  const bool fails = early && registry::g_end.load() == registry::EarlyEnd::kFailure;
  return fails && status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}

}  // namespace taskleak::internal
