#include "connection.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace push {

namespace {

// Takes each message that is read as an acknowledgement.
void ReadAcknowledgements(int socket) {
  pthread_setname_np(pthread_self(), "reader");
  std::array<char, 512> buffer;
  while (recv(socket, buffer.data(), buffer.size(), 0) > 0) {
  }
}

void WriteMessages(int socket, MessageQueue& outgoing) {
  pthread_setname_np(pthread_self(), "writer");
  while (const auto message = outgoing.Take())
    send(socket, message->data(), message->size(), MSG_NOSIGNAL);
}

void Retransmit(MessageQueue& unacknowledged, MessageQueue& outgoing) {
  pthread_setname_np(pthread_self(), "retransmit");
  while (auto message = unacknowledged.Take()) outgoing.Put(*std::move(message));
}

}  // namespace

Connection::Connection(int socket, Unacknowledged unacknowledged)
    : socket_(socket),
      unacknowledged_(unacknowledged),
      reader_(ReadAcknowledgements, socket),
      writer_([socket, outgoing = outgoing_] { WriteMessages(socket, *outgoing); }),
      retransmitter_([outgoing = outgoing_, unacknowledged = to_retransmit_] {
        Retransmit(*unacknowledged, *outgoing);
      }) {}

Connection::~Connection() {
  shutdown(socket_, SHUT_RDWR);
  reader_.join();
  outgoing_->Close();
  writer_.join();
  if (unacknowledged_ == Unacknowledged::kForgotten) {
    to_retransmit_->Close();
    retransmitter_.join();
  } else {
    retransmitter_.detach();
  }
  close(socket_);
}

}  // namespace push
