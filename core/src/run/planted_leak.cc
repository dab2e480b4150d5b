#include "run/planted_leak.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "linux/arch/futex.h"

namespace taskleak::run {
namespace {

std::atomic<std::uint32_t> g_tid = 0;

void* LeakOnPurpose(void*) {
  g_tid.store(static_cast<std::uint32_t>(gettid()));
  platform::FutexWake(g_tid);
  for (;;) pause();
}

// Returns its thread id, or 0 if it cannot be started.
int StartLeak() {
  pthread_t thread{};
  if (pthread_create(&thread, nullptr, LeakOnPurpose, nullptr) != 0) return 0;
  pthread_setname_np(thread, "planted-leak");
  pthread_detach(thread);
  while (g_tid.load() == 0) platform::FutexWait(g_tid, 0, std::chrono::seconds(1));
  return static_cast<int>(g_tid.load());
}

// Returns true if this call made the file.
bool MakeFile(const std::string& path, std::string_view text) {
  constexpr mode_t kReadableByAll = 0644;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kReadableByAll);
  if (file < 0) return false;
  // Only the existence of the file matters.
  static_cast<void>(!write(file, text.data(), text.size()));
  close(file);
  return true;
}

std::string PathOf(const char* file) {
  const char* const folder = std::getenv(kSelfTestVariable);
  return folder == nullptr || *folder == '\0' ? std::string() : std::string(folder) + '/' + file;
}

}  // namespace

PlantedLeak::PlantedLeak(std::string_view scope) {
  const std::string path = PathOf(kPlantedFile);
  if (!path.empty() && MakeFile(path, scope)) tid_ = StartLeak();
}

void PlantedLeak::Look(const LeakReport& report) const {
  if (tid_ == 0) return;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.id == tid_ && unit.kind == UnitKind::kThread)
        MakeFile(PathOf(kFoundFile), report.test);
    }
  }
}

}  // namespace taskleak::run
