// libmicrohttpd, loaded when it is first asked for: only `bursar sandbox` needs it. Each function is found
// by its name, typed as its header has it; the variadic ones and a macro are plain functions, because
// Swift cannot use them otherwise.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static inline void *face_library(void) {
  static void *library;
  if (library == NULL) library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
  return library;
}
// Whether it is installed. None of the functions below may be called where it is not.
static inline bool face_is_there(void) { return face_library() != NULL; }
static inline void *face_found(const char *name) {
  void *function = dlsym(face_library(), name);
  if (function == NULL) abort();
  return function;
}
#define MHD_LATE(function) ((__typeof__(&function))face_found(#function))

static inline enum MHD_Result face_timeout(struct MHD_Daemon *daemon, MHD_UNSIGNED_LONG_LONG *timeout) {
  return MHD_LATE(MHD_get_timeout)(daemon, timeout);
}
static inline enum MHD_Result face_run(struct MHD_Daemon *daemon) {
  return MHD_LATE(MHD_run)(daemon);
}
static inline void face_suspend(struct MHD_Connection *connection) {
  MHD_LATE(MHD_suspend_connection)(connection);
}
static inline void face_resume(struct MHD_Connection *connection) {
  MHD_LATE(MHD_resume_connection)(connection);
}
static inline int face_headers(
    struct MHD_Connection *connection, enum MHD_ValueKind kind, MHD_KeyValueIterator take,
    void *exchange) {
  return MHD_LATE(MHD_get_connection_values)(connection, kind, take, exchange);
}
static inline struct MHD_Response *face_whole(
    size_t size, void *bytes, enum MHD_ResponseMemoryMode mode) {
  return MHD_LATE(MHD_create_response_from_buffer)(size, bytes, mode);
}
static inline struct MHD_Response *face_by_piece(
    uint64_t size, size_t block, MHD_ContentReaderCallback reader, void *exchange) {
  return MHD_LATE(MHD_create_response_from_callback)(size, block, reader, exchange, NULL);
}
static inline enum MHD_Result face_add_header(
    struct MHD_Response *response, const char *name, const char *value) {
  return MHD_LATE(MHD_add_response_header)(response, name, value);
}
static inline void face_let_go(struct MHD_Response *response) {
  MHD_LATE(MHD_destroy_response)(response);
}
static inline enum MHD_Result face_queue(
    struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
  return MHD_LATE(MHD_queue_response)(connection, status, response);
}

typedef void *(*face_began)(void *self, const char *uri, struct MHD_Connection *connection);

// A daemon on 127.0.0.1 without threads of its own, driven through its epoll descriptor.
static inline struct MHD_Daemon *face_start(
    uint16_t port, void *self, face_began began, MHD_AccessHandlerCallback answer,
    MHD_RequestCompletedCallback ended) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return MHD_LATE(MHD_start_daemon)(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, answer, self,
      MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, began, self,
      MHD_OPTION_NOTIFY_COMPLETED, ended, self, MHD_OPTION_END);
}
static inline int face_epoll(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_LATE(MHD_get_daemon_info)(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info ? info->epoll_fd : -1;
}
static inline uint16_t face_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_LATE(MHD_get_daemon_info)(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}
static inline int face_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_LATE(MHD_get_connection_info)(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}
// Dissolves the association of a connected TCP socket, which resets the connection (connect(2)).
static inline void face_reset(struct MHD_Connection *connection) {
  struct sockaddr nobody;
  memset(&nobody, 0, sizeof nobody);
  nobody.sa_family = AF_UNSPEC;
  connect(face_socket(connection), &nobody, sizeof nobody);
}
// A body of a length nobody is told: it ends where the connection does.
static inline struct MHD_Response *face_unmeasured(
    MHD_ContentReaderCallback reader, void *exchange) {
  struct MHD_Response *response =
      face_by_piece(MHD_SIZE_UNKNOWN, 1024, reader, exchange);
  if (response)
    MHD_LATE(MHD_set_response_options)(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return response;
}
static const ssize_t face_end = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t face_broken = MHD_CONTENT_READER_END_WITH_ERROR;
