// Computes the short hash by which a leak is recognized in later runs.
#ifndef TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_
#define TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Holds a leak's signature, and the one that it had when generated names and the functions of test
/// frameworks were part of it, since baselines may still contain that one. `former` is empty if
/// both are the same.
struct Signatures {
  std::string now;
  std::string former;
};

/// Returns twelve hex digits that are the same in every run and build. They are made of the kind,
/// the plain names of the unit's own functions (from where it starts to where it enters a system
/// library), and those of the functions that created it. Addresses, lines, template arguments,
/// numbers of lambdas and of test cases, functions of the C++ runtime (which compilers may inline),
/// and a test framework's functions around a test (which differ between its versions) do not count.
/// If a unit has no named function, its name without numbers and the module offsets of unnamed
/// frames count. For a process, the name of its program and its creator count.
Signatures Sign(const Unit& unit, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by);

/// Signs units. Computes what depends on stacks once for each pair of stacks. Not thread-safe.
class Signer {
 public:
  /// Returns what Sign() does. The stacks must live as long as this object.
  Signatures Of(const Unit& unit, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by);

 private:
  using Stacks =
      std::tuple<UnitKind, const symbolize::ResolvedStack*, const symbolize::ResolvedStack*>;
  std::map<Stacks, std::optional<Signatures>> known_;  // nothing if the name counts
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_
