// The short hash by which a leak is known again.
#ifndef TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_
#define TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// A leak's signature, and the one that it had as long as generated names were part of it: of
/// those, a baseline may still hold some. Empty if that is the same.
struct Signatures {
  std::string now;
  std::string former;
};

/// Returns twelve hex digits that are the same in every run and build: made of the kind and the
/// plain names of the unit's own functions, from where it starts to where it enters a system
/// library, and of the functions that created it. Addresses, lines, template arguments, numbers of
/// lambdas and of test cases, and functions of the C++ runtime (which compilers inline or not) do
/// not count. A unit without any named function goes by its name, numbers in it apart, and by
/// module offsets of unnamed frames; a process by the name of its program and by what created it.
Signatures Sign(const Unit& unit, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by);

/// Signs units; what their stacks give is computed once for each pair of stacks. Not thread-safe.
class Signer {
 public:
  /// Returns what Sign() does. The stacks must live as long as this object.
  Signatures Of(const Unit& unit, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by);

 private:
  using Stacks =
      std::tuple<UnitKind, const symbolize::ResolvedStack*, const symbolize::ResolvedStack*>;
  std::map<Stacks, std::optional<Signatures>> known_;  // nothing where the name counts
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_SIGNATURE_H_
