// A program that leaks one thread and looks, in the surroundings that its argument names. It prints
// the report on standard output, and exits with 0 if it finds exactly that thread.
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "environment/deny.h"
#include "environment/leak.h"
#include "taskleak/verify.h"

namespace {

using taskleak::Snapshot;
using taskleak::environment::Deny;
using taskleak::environment::ReportAndExit;
using taskleak::environment::StayHere;

[[noreturn]] void LeakOne(const Snapshot& before = Snapshot::Take()) {
  static std::latch latch(1);
  std::thread([] { StayHere(latch); }).detach();
  ReportAndExit(before);
}

// Ends a thread that is not a leak, since its work is done.
[[noreturn]] void EndOne() {
  const Snapshot before = Snapshot::Take();
  std::latch done(1);
  std::thread([&done] { done.count_down(); }).detach();
  done.wait();
  ReportAndExit(before, 0, std::chrono::seconds(10));
}

// While a process is not dumpable, the files in /proc/self belong to root, and only their owner may
// read them (proc(5)).
void BecomeUndumpable() {
  constexpr uid_t kNobody = 65534;
  if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) _exit(3);
  if (prctl(PR_SET_DUMPABLE, 0) != 0) _exit(3);
}

[[noreturn]] void LeakAndEndMain() {
  static const Snapshot before = Snapshot::Take();
  std::thread([] {
    while (access(("/proc/self/task/" + std::to_string(getpid()) + "/exe").c_str(), F_OK) == 0)
      std::this_thread::yield();
    LeakOne(before);
  }).detach();
  pthread_exit(nullptr);
}

std::string CountDescriptors() {
  int open = 0;
  DIR* const directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++open;
  closedir(directory);
  return std::to_string(open);
}

// The next program must find the same number of open descriptors as before the look.
[[noreturn]] void ExecAfterALook(char* self) {
  std::string mode = "after-exec";
  std::string descriptors = CountDescriptors();
  taskleak::Options options;
  options.drain = std::chrono::milliseconds(0);
  if (!taskleak::FindLeaks(Snapshot::Take(), options).empty()) _exit(4);
  const std::array<char*, 4> arguments = {self, mode.data(), descriptors.data(), nullptr};
  execv(self, arguments.data());
  _exit(3);
}

// A thread waits in a library's code, which then is unloaded.
[[noreturn]] void UnloadTheCode(const char* library) {
  void* const handle = dlopen(library, RTLD_NOW);
  std::array<int, 2> pipe_ends{};
  if (handle == nullptr || pipe(pipe_ends.data()) != 0) _exit(3);
  auto* const wait = reinterpret_cast<void (*)(int)>(dlsym(handle, "WaitInLibrary"));
  const Snapshot before = Snapshot::Take();
  std::thread(wait, pipe_ends[0]).detach();
  taskleak::Options options;
  options.drain = std::chrono::milliseconds(200);
  std::cout << taskleak::FindLeaks(before, options).ToText();
  dlclose(handle);
  std::cout << "unloaded\n";
  ReportAndExit(before);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view mode = count > 1 ? arguments[1] : "";
  std::thread([] {}).join();  // ThreadSanitizer starts a thread with it
  if (mode == "no-ptrace") Deny(SYS_ptrace, EPERM);
  if (mode == "no-process_vm_readv") Deny(SYS_process_vm_readv, EPERM);
  if (mode == "no-tgkill") Deny(SYS_tgkill, EPERM);
  if (mode == "undumpable") BecomeUndumpable();
  if (mode == "main-ends") LeakAndEndMain();
  if (mode == "exec") ExecAfterALook(arguments[0]);
  if (mode == "after-exec" && CountDescriptors() != arguments[2]) _exit(5);
  if (mode == "ends") EndOne();
  if (mode == "unload") UnloadTheCode(arguments[2]);
  LeakOne();
}
