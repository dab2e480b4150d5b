#include "registry/origin.h"

#include <atomic>
#include <new>
#include <vector>

#include "base/mutex.h"
#include "registry/origins_in_use.h"
#include "registry/running_task.h"
#include "registry/task_epoch.h"

namespace taskleak::registry {
namespace {

enum class ScopeState { kFree, kOpen, kClosed, kBackground };

struct Scope {
  std::string name;      // keeps its memory for the next scope with that number
  Origin parent = 0;     // what it descends from
  Origin previous = 0;   // the scope that its thread had open before; 0: none
  std::size_t uses = 0;  // as parent or previous scope of others
  ScopeKind kind = ScopeKind::kFrame;
  ScopeState state = ScopeState::kFree;
  const void* thread = nullptr;  // the thread that opened it
  bool held = false;             // CloseScope is still to come
};

struct Scopes {
  Scopes() : all(kProcess + 1) { all[kProcess].state = ScopeState::kOpen; }

  Mutex mutex;
  std::vector<Scope> all TASKLEAK_GUARDED_BY(mutex);  // by number; the first is none
  std::vector<Origin> free TASKLEAK_GUARDED_BY(mutex);
  std::vector<Origin> open TASKLEAK_GUARDED_BY(mutex);
  std::size_t sweep_at TASKLEAK_GUARDED_BY(mutex) = 1024;  // number of kept scopes
};

Scopes& TheScopes() {
  static Scopes* const scopes = new Scopes();
  return *scopes;
}

constinit std::atomic<Origin> g_frame{kProcess};  // the innermost of the framework's
constinit std::atomic<Origin> g_run{kProcess};    // the framework's outermost

[[gnu::tls_model("initial-exec")]] constinit thread_local Origin t_scope = 0;
[[gnu::tls_model("initial-exec")]] constinit thread_local const internal::TaskHead* t_scope_task =
    nullptr;
constinit thread_local char t_thread = 0;  // its address is the thread's own

constexpr Origin NumberOf(Origin origin) { return origin & ~(kGuessed | kOfBackground | kDuring); }

// Returns the scope of `origin`. If the number is not valid, returns the process.
Origin Valid(const Scopes& scopes, Origin origin) TASKLEAK_REQUIRES(scopes.mutex) {
  const Origin number = NumberOf(origin);
  return number == 0 || number >= scopes.all.size() ? kProcess : number;
}

bool IsOpen(const Scopes& scopes, Origin scope) TASKLEAK_REQUIRES(scopes.mutex) {
  return scopes.all[scope].state == ScopeState::kOpen;
}

// Returns the innermost open scope around a unit; 0 if the unit is background.
Origin JudgeOf(const Scopes& scopes, Origin unit) TASKLEAK_REQUIRES(scopes.mutex) {
  if ((unit & kOfBackground) != 0) return 0;
  if (IsDuring(unit)) return kProcess;
  Origin scope = Valid(scopes, unit);
  while (!IsOpen(scopes, scope)) {
    if (scopes.all[scope].state == ScopeState::kBackground) return 0;
    scope = scopes.all[scope].parent;
  }
  return scope;
}

bool IsWithin(const Scopes& scopes, Origin inner, Origin outer) TASKLEAK_REQUIRES(scopes.mutex) {
  while (inner != kProcess && inner != outer) inner = scopes.all[inner].parent;
  return inner == outer;
}

// Returns whether a marked scope judges what `judge` does. Scopes that the framework opens within
// the marked one (a section, in which a test goes on) are a part of it.
bool IsOfMarked(const Scopes& scopes, Origin marked, Origin judge) TASKLEAK_REQUIRES(scopes.mutex) {
  while (judge > kProcess && judge != marked && scopes.all[judge].kind != ScopeKind::kMarked)
    judge = scopes.all[judge].parent;
  return judge == marked;
}

// Returns `scope` or the next open one that its thread opened before; 0 if there is none.
Origin OpenBefore(const Scopes& scopes, Origin scope) TASKLEAK_REQUIRES(scopes.mutex) {
  while (scope != 0 && !IsOpen(scopes, scope)) scope = scopes.all[scope].previous;
  return scope;
}

void Close(Scopes& scopes, Origin scope) TASKLEAK_REQUIRES(scopes.mutex) {
  scopes.all[scope].state = ScopeState::kClosed;
  if (scopes.open.back() == scope)
    scopes.open.pop_back();
  else
    std::erase(scopes.open, scope);
}

void Free(Scopes& scopes, Origin number) TASKLEAK_REQUIRES(scopes.mutex) {
  Scope& scope = scopes.all[number];
  scope.state = ScopeState::kFree;
  --scopes.all[scope.parent].uses;
  if (scope.previous != 0) --scopes.all[scope.previous].uses;
  scopes.free.push_back(number);
}

// The length up to which a name needs no further memory.
constexpr std::size_t kUsualName = 128;

Origin TakeNumber(Scopes& scopes) TASKLEAK_REQUIRES(scopes.mutex) {
  if (scopes.free.empty()) {
    if (scopes.all.size() == scopes.all.capacity()) scopes.all.reserve(2 * scopes.all.size());
    scopes.free.reserve(scopes.all.capacity());  // so that giving one back needs no memory
    scopes.open.reserve(scopes.all.capacity());
    scopes.all.emplace_back().name.reserve(kUsualName);
    return static_cast<Origin>(scopes.all.size() - 1);
  }
  const Origin number = scopes.free.back();
  scopes.free.pop_back();
  return number;
}

// Frees all scopes from which nothing alive descends, so that the tests of a long run do not pile
// up.
void Sweep(Scopes& scopes) TASKLEAK_REQUIRES(scopes.mutex) {
  std::vector<bool> needed(scopes.all.size());
  const auto need = [&](Origin number) TASKLEAK_REQUIRES(scopes.mutex) {
    for (; number != 0 && !needed[number]; number = scopes.all[number].parent)
      needed[number] = true;
  };
  for (const Origin origin : OriginsInUse()) need(Valid(scopes, origin));
  for (Origin number = kProcess + 1; number < scopes.all.size(); ++number) {
    const Scope& scope = scopes.all[number];
    if (!scope.held) continue;
    need(number);
    need(scope.previous);
  }
  for (Origin number = kProcess + 1; number < scopes.all.size(); ++number) {
    if (!needed[number] && scopes.all[number].state != ScopeState::kFree) Free(scopes, number);
  }
  scopes.sweep_at = 2 * (scopes.all.size() - scopes.free.size()) + 1024;
}

// Takes note of a change of the scope in which this thread, and threads of unknown origin, create
// units.
void ChangeConditions(ScopeKind kind) {
  if (kind == ScopeKind::kMarked)
    internal::t_tasks.conditions = 0;
  else
    ChangeBirthConditions();
}

}  // namespace

Origin OpenScope(std::string_view name, ScopeKind kind) try {
  const Origin around = OriginHere();
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  if (scopes.all.size() - scopes.free.size() > scopes.sweep_at) Sweep(scopes);
  const Origin parent = JudgeOf(scopes, around) == 0 ? kProcess : JudgeOf(scopes, around);
  const Origin number = TakeNumber(scopes);
  Scope& scope = scopes.all[number];
  scope.name = name.empty() ? std::string_view(scopes.all[parent].name) : name;
  scope.parent = parent;
  scope.previous = OpenBefore(scopes, t_scope);
  scope.kind = kind;
  scope.state = ScopeState::kOpen;
  scope.thread = &t_thread;
  scope.held = true;
  scope.uses = 0;
  ++scopes.all[parent].uses;
  if (scope.previous != 0) ++scopes.all[scope.previous].uses;
  scopes.open.push_back(number);
  t_scope = number;
  t_scope_task = Running();
  if (kind != ScopeKind::kMarked) g_frame.store(number);
  if (kind == ScopeKind::kRun) g_run.store(number);
  ChangeConditions(kind);
  return number;
} catch (const std::bad_alloc&) {
  return 0;
}

void CloseInner(Origin scope) {
  if (scope == 0) return;
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  if (!scopes.open.empty() && scopes.open.back() == scope) return;
  for (std::size_t i = scopes.open.size(); i > 0; --i) {
    const Origin open = scopes.open[i - 1];
    if (open != scope && IsWithin(scopes, open, scope)) Close(scopes, open);
  }
}

// Closes a scope. Its number is not reused while another thread may still take it for its scope.
void CloseScope(Origin scope, bool used) {
  if (scope == 0) return;
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  scopes.all[scope].held = false;
  if (IsOpen(scopes, scope)) Close(scopes, scope);
  t_scope = OpenBefore(scopes, t_scope);
  const ScopeKind kind = scopes.all[scope].kind;
  if (kind != ScopeKind::kMarked) {
    const Origin outer = OpenBefore(scopes, scope);
    g_frame.store(outer == 0 ? kProcess : outer);
    if (kind == ScopeKind::kRun) g_run.store(kProcess);
  }
  if (!used && scopes.all[scope].uses == 0 && scopes.all[scope].thread == &t_thread &&
      scopes.all[scope].state == ScopeState::kClosed)
    Free(scopes, scope);
  ChangeConditions(kind);
}

void MakeBackground(Origin scope) {
  if (scope == 0) return;
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  if (IsOpen(scopes, scope)) std::erase(scopes.open, scope);
  scopes.all[scope].state = ScopeState::kBackground;
}

bool Judges(Origin scope, Origin unit) {
  if (unit == 0 || (unit & (kGuessed | kOfBackground)) == kGuessed) return true;
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  const Origin judge = JudgeOf(scopes, unit);
  if (scope == 0) return judge != 0;
  if (scopes.all[scope].kind == ScopeKind::kMarked) return IsOfMarked(scopes, scope, judge);
  return judge == scope || (judge == kProcess && scopes.all[scope].kind == ScopeKind::kRun);
}

bool DescendsFromBackground(Origin unit) { return !Judges(0, unit); }

Origin GuessedOrigin() {
  const Origin frame = g_frame.load();
  return frame == kProcess ? kProcess : frame | kGuessed;
}

Origin OriginBy(Origin creator) {
  const bool of_run = creator == kProcess || creator == g_run.load() || IsDuring(creator);
  if (!of_run || (creator & kOfBackground) != 0) return creator;
  const Origin frame = g_frame.load();
  return frame == kProcess || frame == g_run.load() ? creator : frame | kDuring;
}

Origin OwnScope() { return t_scope; }

bool OwnScopeIsInner() { return t_scope != 0 && t_scope_task == Running(); }

std::string OriginName(Origin origin) {
  Scopes& scopes = TheScopes();
  const MutexLock lock(scopes.mutex);
  return scopes.all[Valid(scopes, origin)].name;
}

}  // namespace taskleak::registry
