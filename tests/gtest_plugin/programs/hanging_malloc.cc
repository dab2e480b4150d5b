// A test that never returns while it holds the lock of the process's allocator.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

// glibc's allocator behind one lock, in place of its arenas, so that the lock can be taken here.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

pthread_mutex_t allocator_lock = PTHREAD_MUTEX_INITIALIZER;

class Locked {
 public:
  Locked() { pthread_mutex_lock(&allocator_lock); }
  ~Locked() { pthread_mutex_unlock(&allocator_lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

TEST(Hanging, HoldsTheLockOfTheAllocator) {
  const Locked locked;
  for (;;) pause();
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  const Locked locked;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  const Locked locked;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  const Locked locked;
  return __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  const Locked locked;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  const Locked locked;
  *block = __libc_memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
void free(void* block) {
  const Locked locked;
  __libc_free(block);
}
}
