#include "taskleak/leak_scope.h"

#include "run/check_scope.h"
#include "run/scope.h"
#include "run/unused_options.h"

namespace taskleak {

struct LeakScope::Impl {
  run::Scope scope;
};

LeakScope::LeakScope() : impl_(std::make_unique<Impl>()) {
  impl_->scope.Open({}, registry::ScopeKind::kMarked);
}

LeakScope::~LeakScope() = default;

std::optional<std::string> LeakScope::Check(std::string_view scope, const Options& options) {
  run::RefuseUnusedInScope(options);
  const check::Checker checker(options);
  auto text = run::CheckScope(checker, impl_->scope.before(), scope, impl_->scope.origin());
  impl_->scope.Close();
  return text;
}

}  // namespace taskleak
