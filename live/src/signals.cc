#include "taskleak/live/signals.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "begin_to_follow.h"
#include "file_store.h"
#include "recording.h"
#include "signal_bell.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/formats.h"
#include "wording.h"

namespace taskleak::live {

namespace {

// Returns the signal to handle for recordings. It is handled even without files, since its default
// action may end the process, unless it is also the signal for dumps.
int RecordSignal(const SignalOptions& options) {
  return !options.files && options.record == options.dump ? 0 : options.record;
}

}  // namespace

struct SignalDump::Impl {
  explicit Impl(SignalOptions given) : period(given.period), bell(given.dump, RecordSignal(given)) {
    if (given.files) files.emplace(std::move(*given.files));
    BeginToFollow();
    thread.emplace("taskleak-signal", [this] { Run(); });
  }

  ~Impl() {
    stopping.store(true);
    SignalBell::Wake();
    thread->Join();
  }

  void Run() {
    while (!stopping.load()) {
      const Rung rung = SignalBell::Wait(recording ? std::optional(period) : std::nullopt);
      SayIfItThrows([&] { Answer(rung); });
    }
    SayIfItThrows([this] {
      if (recording) Say(recording->Finish(*files));
    });
  }

  template <typename Action>
  static void SayIfItThrows(Action action) {
    try {
      action();
    } catch (const std::exception& error) {
      Say(error.what());
    }
  }

  void Answer(const Rung& rung) {
    if (rung.dumps > 0) Dump();
    if (rung.records > 0 && !files) return Say("cannot record: SignalOptions::files is not set");
    for (unsigned i = 0; i < rung.records; ++i) Toggle();
    if (recording && rung.records == 0) recording->Look();
  }

  void Dump() {
    const CapturePtr capture = TakeCapture();
    const std::string text = ToStackText(*capture);
    if (files) {
      Say(files->Write(files->Stem("dump", capture->time), ".txt", text));
    } else {
      std::fwrite(text.data(), 1, text.size(), stderr);
    }
  }

  void Toggle() {
    if (!recording) {
      recording.emplace();
      return;
    }
    Say(recording->Finish(*files));
    recording.reset();
  }

  const std::chrono::milliseconds period;
  SignalBell bell;
  std::optional<FileStore> files;
  std::optional<Recording> recording;  // of the thread
  std::atomic<bool> stopping{false};
  std::optional<internal::OwnThread> thread;
};

SignalDump::SignalDump(SignalOptions options) {
  if (options.period.count() <= 0) throw std::invalid_argument("the period must be greater than 0");
  impl_ = std::make_unique<Impl>(std::move(options));
}

SignalDump::~SignalDump() = default;

}  // namespace taskleak::live
