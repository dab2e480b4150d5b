#include "symbolize/function_name.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace taskleak::symbolize {
namespace {

struct NameCase {
  const char* full;
  const char* plain;
};

class PlainNameTest : public testing::TestWithParam<NameCase> {};

TEST_P(PlainNameTest, KeepsOnlyTheNameAndItsScopes) {
  EXPECT_EQ(PlainName(GetParam().full), GetParam().plain) << GetParam().full;
}

constexpr NameCase kFunctions[] = {
    {"main", "main"},
    {"", ""},
    {"pool::WorkerPool::Run()", "pool::WorkerPool::Run"},
    {"pool::WorkerPool::Run(int, char const*) const", "pool::WorkerPool::Run"},
    {"Foo::bar() const &", "Foo::bar"},
    {"Foo::bar() volatile &&", "Foo::bar"},
    {"Foo::~Foo()", "Foo::~Foo"},
    {"(anonymous namespace)::Helper(int)", "(anonymous namespace)::Helper"},
    {"net::(anonymous namespace)::Poller::Wait()", "net::(anonymous namespace)::Poller::Wait"},
    {"std::vector<int, std::allocator<int> >::push_back(int const&)", "std::vector::push_back"},
    {"void std::sort<int*, bool (*)(int, int)>(int*, int*, bool (*)(int, int))", "std::sort"},
    {"unsigned long long Hash<(Kind)2>(char const*)", "Hash"},
    {"std::enable_if<(1)>(0), int>::type Pick<int>(int)", "Pick"},
    {"std::__cxx11::basic_string<char> const& Name<int>(int)", "Name"},
    {"decltype (((a)->b)+(c)) Add<A, C>(A, C)", "Add"},
    {"decltype(auto) Apply<F>(F&&)", "Apply"},
    {"auto Twice<int>(int)", "Twice"},
    {"void (*GetHandler<int>(int))(char)", "GetHandler"},
    {"int (*ns::Table::Find<long>(long) const)(char)", "ns::Table::Find"},
    {"Describe[abi:cxx11](int)", "Describe"},
    {"Thing::Describe[abi:cxx11]() const", "Thing::Describe"},
    {"non-virtual thunk to Derived::Run()", "Derived::Run"},
    {"virtual thunk to Derived::Run()", "Derived::Run"},
};
INSTANTIATE_TEST_SUITE_P(Functions, PlainNameTest, testing::ValuesIn(kFunctions));

constexpr NameCase kOperatorNames[] = {
    {"operator new(unsigned long)", "operator new"},
    {"operator delete[](void*)", "operator delete[]"},
    {"Functor::operator()(int) const", "Functor::operator()"},
    {"Functor::operator()<int>(int) const", "Functor::operator()"},
    {"Array::operator[](unsigned long)", "Array::operator[]"},
    {"std::ostream& operator<< <int>(std::ostream&, Box<int> const&)", "operator<<"},
    {"bool operator< <int>(Box<int> const&, Box<int> const&)", "operator<"},
    {"bool ns::operator<(ns::A const&, ns::A const&)", "ns::operator<"},
    {"ns::operator<=>(ns::A const&, ns::A const&)", "ns::operator<=>"},
    {"bool operator><int>(Box<int>, Box<int>)", "operator>"},
    {"Pointer<int>::operator->() const", "Pointer::operator->"},
    {"int& operator->*<int>(Box<int>, int)", "operator->*"},
    {"Box<int>& Box<int>::operator=<long>(Box<long> const&)", "Box::operator="},
    {"Value::operator bool() const", "Value::operator bool"},
    {"Value::operator unsigned int() const", "Value::operator unsigned int"},
    {"Value::operator std::function<void (int)>() const", "Value::operator std::function"},
    {"Run()::{lambda(int)#1}::operator void (*)(int)() const", "Run::{lambda}::operator void"},
    {"operator\"\" _ms(unsigned long long)", "operator\"\" _ms"},
    {"Sort<&(ns::operator<(A const&, A const&))>::Go()", "Sort::Go"},
    {"Value::operator newtype() const", "Value::operator newtype"},
    {"operators::Run(int)", "operators::Run"},
};
INSTANTIATE_TEST_SUITE_P(Operators, PlainNameTest, testing::ValuesIn(kOperatorNames));

constexpr NameCase kLambdas[] = {
    {"Serve(int)::{lambda(int)#1}::operator()(int) const", "Serve::{lambda}::operator()"},
    {"Serve(int)::$_0::operator()(int) const", "Serve::{lambda}::operator()"},
    {"Serve(int)::'lambda0'(int)::operator()(int) const", "Serve::{lambda}::operator()"},
    {"$_12::operator()() const", "{lambda}::operator()"},
    {"{lambda()#3}::operator()() const", "{lambda}::operator()"},
    {"A::f() const::{lambda(auto:1)#1}::operator()<int>(int) const", "A::f::{lambda}::operator()"},
    {"main::{lambda()#1}::operator()() const::{lambda()#2}::operator()() const",
     "main::{lambda}::operator()::{lambda}::operator()"},
    {"Run()::{lambda(int)#1}::_FUN(int)", "Run::{lambda}::_FUN"},
    {"Run()::$_0::__invoke(int)", "Run::{lambda}::_FUN"},
    {"{unnamed type#1}::go()", "{unnamed type}::go"},
    {"(anonymous namespace)::Suite_Name_Test::TestBody()::{lambda()#1}::operator()() const",
     "(anonymous namespace)::Suite_Name_Test::TestBody::{lambda}::operator()"},
};
INSTANTIATE_TEST_SUITE_P(Lambdas, PlainNameTest, testing::ValuesIn(kLambdas));

constexpr NameCase kClones[] = {
    {"Run(int) [clone .cold]", "Run"},
    {"Run(int) [clone .part.0] [clone .cold]", "Run"},
    {"Run(int) const [clone .isra.0]", "Run"},
    {"Run(int) (.llvm.123)", "Run"},
    {"copy_file.part.0", "copy_file"},
    {"copy_file.constprop.0.isra.0", "copy_file"},
    {"main.cold", "main"},
    {"helper.llvm.1234567", "helper"},
    {"runtime.goexit", "runtime.goexit"},
    {"f(f()::_Z1fv.Frame*) [clone .actor]", "f"},
    {"ns::Session::Read(ns::Session::Read(int)::_ZN2ns7Session4ReadEi.Frame*) [clone .destroy]",
     "ns::Session::Read"},
    {"ns::Session::Read(int) [clone .resume]", "ns::Session::Read"},
    {"ns::Session::Read(int) (.cleanup)", "ns::Session::Read"},
    {"pthread_create@@GLIBC_2.34", "pthread_create"},
    {"read@plt", "read"},
};
INSTANTIATE_TEST_SUITE_P(Clones, PlainNameTest, testing::ValuesIn(kClones));

constexpr NameCase kGenerated[] = {
    {"C_A_T_C_H_T_E_S_T_14()", "{test}"},
    {"CATCH2_INTERNAL_TEST_7()::{lambda()#1}::operator()() const", "{test}::{lambda}::operator()"},
    {"(anonymous namespace)::CATCH2_INTERNAL_TEST_3::test()",
     "(anonymous namespace)::{test}::test"},
    {"void (anonymous namespace)::C_A_T_C_H_T_E_M_P_L_A_T_E_T_E_S_T_F_U_N_C_9<int>()",
     "(anonymous namespace)::{test}"},
    {"____C_A_T_C_H____T_E_S_T____12()", "{test}"},
    {"_DOCTEST_ANON_FUNC_2()", "{test}"},
    {"DOCTEST_ANON_CLASS_5::f()", "{test}::f"},
    {"DOCTEST_ANON_SUITE_4::Helper()", "{suite}::Helper"},
    {"_GLOBAL__sub_I_main", "_GLOBAL__sub_I"},
    {"Foo_Bar_Test::TestBody()", "Foo_Bar_Test::TestBody"},
    {"Typed_Test<int>::TestBody()", "Typed_Test::TestBody"},
    {"CATCH2_INTERNAL_TEST_helper()", "CATCH2_INTERNAL_TEST_helper"},
    {"test_14()", "test_14"},
};
INSTANTIATE_TEST_SUITE_P(Generated, PlainNameTest, testing::ValuesIn(kGenerated));

TEST(PlainNameTest, SurvivesAnyText) {
  std::mt19937 random(7);
  constexpr std::string_view kPieces[] = {"(",
                                          ")",
                                          "<",
                                          ">",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          "::",
                                          " ",
                                          "*",
                                          "&",
                                          ".",
                                          "$_",
                                          "'",
                                          "@",
                                          "->",
                                          "operator",
                                          "decltype",
                                          "a",
                                          "0",
                                          "const",
                                          "(anonymous namespace)",
                                          "[clone ."};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto length = random() % 24; length > 0; --length)
      text += kPieces[random() % std::size(kPieces)];
    EXPECT_LE(PlainName(text).size(), 2 * text.size() + 16) << text;
  }
  EXPECT_LE(PlainName(std::string(100000, '(')).size(), 100000U);
}

TEST(DemangleTest, ReadsMangledNamesAndLeavesOthers) {
  EXPECT_EQ(Demangle("_ZN4pool10WorkerPool3RunEv"), "pool::WorkerPool::Run()");
  EXPECT_EQ(Demangle("_ZL6helperi.part.0"), "helper(int) [clone .part.0]");
  EXPECT_EQ(Demangle("pthread_create"), "pthread_create");
  EXPECT_EQ(Demangle("pthread_cond_wait@@GLIBC_2.3.2"), "pthread_cond_wait");
  EXPECT_EQ(Demangle("_ZN4pool10WorkerPool3RunEv@POOL_1"), "pool::WorkerPool::Run()");
  EXPECT_EQ(Demangle("_Zgarbage"), "_Zgarbage");
  EXPECT_EQ(Demangle("i"), "i");
  EXPECT_EQ(Demangle(""), "");
}

// Names in the form that clang 19 writes. A C++ runtime that reads them whole shows the same
// function.
TEST(DemangleTest, ReadsWhatIsBeforeTheConstraintsOfATemplate) {
  const auto plain = [](const char* symbol) { return PlainName(Demangle(symbol)); };
  EXPECT_EQ(plain("_ZN3app6HandleITkSt8integraliEEvT_"), "app::Handle");
  EXPECT_EQ(plain("_ZN3app5QueueINS_4RingIiEEE4PushITkSt8integraliEEvT_"), "app::Queue::Push");
  EXPECT_EQ(plain("_ZN3appgtITkSt8integraliEEbNS_5QueueINS_4RingIiEEEET_"), "app::operator>");
  EXPECT_EQ(plain("_ZSt12__apply_implIZ4mainE3$_0St5tupleIJiiEETpTnmJLm0ELm1EEEDcOT_OT0_"
                  "St16integer_sequenceImJXspT1_EEE"),
            "std::__apply_impl");
  EXPECT_TRUE(plain("_ZZN3app3RunITkSt8integralcEEvT_ENKUlvE_clEv").starts_with("app::Run"));
}

}  // namespace
}  // namespace taskleak::symbolize
