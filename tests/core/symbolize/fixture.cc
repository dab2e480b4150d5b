// Several compilers compile this file with several options into libraries, and symbolizer_test
// loads them.
#include "fixture.h"

#include <bits/constructs.h>

#define NO_INLINE __attribute__((noinline))
#define INLINE_LAMBDA __attribute__((always_inline))
#define INLINE INLINE_LAMBDA inline

namespace fixture {

// Each call has another argument, so the compiler does not merge the callers.
NO_INLINE const void* Here(int) { return __builtin_return_address(0); }

int stop_tail_calls;

INLINE void Inner(Place* place) {
  place->lines[0] = __LINE__ + 1;
  place->pc = Here(1);
  ++stop_tail_calls;
}

namespace {

INLINE void Middle(Place* place) {
  place->lines[1] = __LINE__ + 1;
  Inner(place);
}

NO_INLINE void Hidden(Place* place) {
  place->lines[0] = __LINE__ + 1;
  place->pc = Here(2);
  ++stop_tail_calls;
}

}  // namespace

NO_INLINE void Outer(Place* place) {
  place->lines[2] = __LINE__ + 1;
  Middle(place);
}

NO_INLINE static void Static(Place* place) {
  place->lines[0] = __LINE__ + 1;
  place->pc = Here(3);
  ++stop_tail_calls;
}

NO_INLINE void CallLambda(Place* place) {
  const auto lambda = [place](int value) NO_INLINE {
    place->lines[0] = __LINE__ + 1;
    place->pc = Here(value);
    ++stop_tail_calls;
  };
  lambda(4);
}

NO_INLINE void CallLocal(Place* place) {
  struct Local {
    NO_INLINE void Method(Place* to) const {
      to->lines[0] = __LINE__ + 1;
      to->pc = Here(5);
      ++stop_tail_calls;
    }
  };
  Local().Method(place);
}

NO_INLINE void CallInLibrary(Place* place) {
  place->lines[1] = __LINE__ + 1;
  ConstructsWith([place]() INLINE_LAMBDA {
    place->lines[0] = __LINE__ + 1;
    place->pc = Here(7);
    ++stop_tail_calls;
  });
}

template <typename T>
struct Box {
  template <typename U>
  NO_INLINE void Templated(Place* place, U) {
    place->lines[0] = __LINE__ + 1;
    place->pc = Here(6);
    ++stop_tail_calls;
  }
};

}  // namespace fixture

extern "C" void taskleak_fixture_fill(Places* places) {
  *places = {};
  fixture::Outer(&places->inlined);
  fixture::CallLambda(&places->lambda);
  fixture::Hidden(&places->anonymous);
  fixture::Static(&places->static_one);
  fixture::Box<int>().Templated(&places->templated, 7L);
  fixture::CallLocal(&places->local);
  fixture::CallInLibrary(&places->in_library);
}
