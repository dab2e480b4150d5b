#include "platform/stack_reader.h"

#include <ucontext.h>

#include <utility>

#include "base/mutex.h"
#include "platform/linux/blocked_look.h"
#include "platform/linux/registers.h"
#include "platform/linux/stack_image.h"
#include "platform/linux/unwinder.h"

namespace taskleak::platform {
namespace {

Mutex g_look_mutex;

StackImage& LookImage() TASKLEAK_REQUIRES(g_look_mutex) {
  static StackImage* const image = new StackImage();
  return *image;
}

}  // namespace

ThreadLook LookAtThread(int tid) {
  const MutexLock lock(g_look_mutex);
  BlockedLook blocked = LookWhileBlocked(tid, LookImage());
  if (blocked.look) return *std::move(blocked.look);
  ThreadLook look;
  look.at.running = true;
  look.stack.missing = blocked.failure;
  return look;
}

}  // namespace taskleak::platform
