// Keeps the scopes that units descend from: a run, a suite, a test, a piece of one, or a marked
// scope.
#ifndef TASKLEAK_SRC_REGISTRY_ORIGIN_H_
#define TASKLEAK_SRC_REGISTRY_ORIGIN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace taskleak::registry {

/// The number of the scope that a unit descends from, and the marks below. 0: nothing is known.
using Origin = std::uint32_t;

/// Is outside of all scopes: for example before the first run.
inline constexpr Origin kProcess = 1;
/// A mark: the unit's creator has no known origin, so this is the scope that ran then.
inline constexpr Origin kGuessed = Origin{1} << 31;
/// A mark: the unit's creator is background.
inline constexpr Origin kOfBackground = Origin{1} << 30;
/// A mark: the unit's creator descends from the process or the run, which judges the unit. This is
/// only the scope that ran then, for reports.
inline constexpr Origin kDuring = Origin{1} << 29;

enum class ScopeKind {
  kRun,     ///< judges what descends from the process, too
  kFrame,   ///< a framework's suite, test or piece of a test
  kMarked,  ///< of one thread of the program
};

/// Opens a scope within the one that the calling thread is in. What the thread creates until the
/// scope is closed descends from it, and so does what that creates in turn. Unless the scope is
/// kMarked, what threads of unknown origin create descends from it as well, as a guess. If `name`
/// is empty, the name of the scope around it is used. Returns 0 if there is no memory. Thread-safe,
/// like all that follows.
Origin OpenScope(std::string_view name, ScopeKind kind);

/// Closes the scopes that are still open within `scope`: the end of a test ends what is in it. What
/// descends from a closed scope counts as descending from the next open one around it.
void CloseInner(Origin scope);

/// Closes `scope`. `used` is false only if nothing alive can descend from it: then its number is
/// reused.
void CloseScope(Origin scope, bool used);

/// Makes all that descends from `scope` background, whenever it is born.
void MakeBackground(Origin scope);

/// Returns whether `scope` judges a unit of that origin: it is the innermost open scope that the
/// unit descends from, or nothing is known of the unit. If `scope` is 0, returns whether any scope
/// would judge it; none judges background units.
bool Judges(Origin scope, Origin unit);

/// Returns whether a unit is background because it descends from something that is background.
bool DescendsFromBackground(Origin unit);

/// Returns the origin of what a thread of unknown origin creates. Takes no lock and no memory.
Origin GuessedOrigin();
/// Returns the origin of what a unit with origin `creator` creates: `creator` or, if that is the
/// process or the run, the scope that runs now, marked kDuring. Takes no lock and no memory.
Origin OriginBy(Origin creator);
/// Returns the scope that the calling thread has opened last; 0: none. Takes no lock and no memory.
Origin OwnScope();
/// Returns whether the calling thread opened that scope while it ran the task that it runs now (or
/// no task, if it runs none now).
bool OwnScopeIsInner();

/// Returns whether the origin only says when a unit was created, and not what it descends from.
inline bool IsDuring(Origin origin) { return (origin & kDuring) != 0; }

/// Returns the scope's name; empty for 0 and kProcess.
std::string OriginName(Origin origin);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_ORIGIN_H_
