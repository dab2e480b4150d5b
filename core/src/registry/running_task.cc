#include "registry/running_task.h"

#include <unistd.h>

namespace taskleak::registry {
namespace {

constinit thread_local int t_thread_number = 0;

}  // namespace

int ThreadNumber() {
  if (t_thread_number == 0) t_thread_number = gettid();
  return t_thread_number;
}

void ForgetThreadNumber() { t_thread_number = 0; }

}  // namespace taskleak::registry
