#include <pthread.h>

#include <thread>
#include <vector>

#include "catch2_queue/size_one_queue.h"
#include "story.h"

namespace stories {
namespace {

using Verdicts = search::SizeOneQueue<bool>;

class Sentinel : public Story {
 public:
  explicit Sentinel(Form form) : form_(form) {}

  void Serve() override {
    const auto verdicts = std::make_shared<Verdicts>();
    std::vector<std::thread> checkers = StartCheckers(verdicts);
    (void)verdicts->Receive();  // the first is enough
    if (form_ == Form::kFixed) verdicts->Close();
    for (std::thread& checker : checkers) {
      if (form_ == Form::kFixed)
        checker.join();
      else
        checker.detach();
    }
  }

 private:
  static std::vector<std::thread> StartCheckers(const std::shared_ptr<Verdicts>& verdicts) {
    constexpr int kCheckers = 5;
    std::vector<std::thread> checkers;
    checkers.reserve(kCheckers);
    for (int i = 0; i < kCheckers; ++i) {
      checkers.emplace_back([verdicts] {
        pthread_setname_np(pthread_self(), "checker");
        verdicts->Send(true);
      });
    }
    return checkers;
  }

  const Form form_;
};

}  // namespace

std::unique_ptr<Story> MakeSentinel(Form form) { return std::make_unique<Sentinel>(form); }

}  // namespace stories
