#include "search.h"

#include <pthread.h>

#include <thread>
#include <utility>

namespace search {
namespace {

using Matches = SizeOneQueue<std::string>;

void SendMatches(const std::vector<std::string>& words, const std::string& prefix,
                 Matches& matches) {
  pthread_setname_np(pthread_self(), "search");
  for (const std::string& word : words) {
    if (word.compare(0, prefix.size(), prefix) == 0 && !matches.Send(word)) return;
  }
  matches.Close();
}

}  // namespace

Search::Search(std::vector<std::string> words, std::string prefix)
    : matches_(std::make_shared<Matches>()) {
  std::thread([words = std::move(words), prefix = std::move(prefix), matches = matches_] {
    SendMatches(words, prefix, *matches);
  }).detach();
}

std::optional<std::string> Search::Next() { return matches_->Receive(); }

void Search::Cancel() { matches_->Close(); }

}  // namespace search
