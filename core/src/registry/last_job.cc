#include "registry/last_job.h"

#include <pthread.h>

#include <atomic>
#include <new>
#include <optional>

#include "registry/running_task.h"

namespace taskleak::registry {
namespace {

// The note about one thread. When that thread has ended, another thread uses the note.
struct Note {
  std::atomic<int> thread{0};  // 0: not in use
  AtomicText<6> name;
  Note* next = nullptr;  // constant once it is in the list
};

constinit std::atomic<Note*> g_notes{nullptr};
constinit thread_local Note* t_note = nullptr;

// Runs at the thread's end, as a destructor of thread-specific data (pthread_key_create(3)).
void GiveBackNote(void*) {
  if (t_note != nullptr) t_note->thread.store(0, std::memory_order_release);
  t_note = nullptr;
}

// Returns false if the program has used up the keys for thread-specific data, or the memory.
bool GiveBackAtEnd() {
  static const std::optional<pthread_key_t> key = [] {
    pthread_key_t made = 0;
    return pthread_key_create(&made, GiveBackNote) == 0 ? std::optional(made) : std::nullopt;
  }();
  // Sets any value except null, so that the destructor is called.
  return key && pthread_setspecific(*key, &g_notes) == 0;
}

// Takes a note. It counts as not in use until its name is stored.
Note* TakeNote(int thread) {
  for (Note* note = g_notes.load(std::memory_order_acquire); note != nullptr; note = note->next) {
    int nobody = 0;
    if (note->thread.compare_exchange_strong(nobody, -thread)) return note;
  }
  auto* const note = new (std::nothrow) Note();
  if (note == nullptr) return nullptr;
  note->thread.store(-thread, std::memory_order_relaxed);
  note->next = g_notes.load(std::memory_order_relaxed);
  while (!g_notes.compare_exchange_weak(note->next, note, std::memory_order_release,
                                        std::memory_order_relaxed)) {
  }
  return note;
}

[[gnu::noinline]] void NoteFirstJob(const internal::TaskSlot& task) {
  // A note that is never given back would be wrong for a later thread with the same id.
  if (!GiveBackAtEnd()) return;
  const int thread = ThreadNumber();
  t_note = TakeNote(thread);
  if (t_note == nullptr) return;
  t_note->name.CopyFrom(task.name);
  t_note->thread.store(thread, std::memory_order_release);
}

}  // namespace

void NoteJob(const internal::TaskSlot& task) {
  if (t_note == nullptr) return NoteFirstJob(task);
  t_note->name.CopyFrom(task.name);
}

void ForgetJobs() {
  for (Note* note = g_notes.load(std::memory_order_acquire); note != nullptr; note = note->next)
    note->thread.store(0, std::memory_order_relaxed);
  t_note = nullptr;
}

std::unordered_map<int, std::string> LastJobs() {
  std::unordered_map<int, std::string> jobs;
  for (const Note* note = g_notes.load(std::memory_order_acquire); note != nullptr;
       note = note->next) {
    const int thread = note->thread.load(std::memory_order_acquire);
    if (thread > 0) jobs.emplace(thread, note->name.Load());
  }
  return jobs;
}

}  // namespace taskleak::registry
