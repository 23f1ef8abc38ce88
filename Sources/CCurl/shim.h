// libcurl, loaded when it is first asked for: with all it depends on it would take longer to load than
// everything else between a start and the first answer, and a server that plays in the sandbox never
// needs it. Each function is found by its name, typed as its header has it.
//
// Its variadic functions are plain ones here, one for each kind of argument: Swift cannot call the
// variadic ones.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

static inline void *curl_library(void) {
  static void *library;
  if (library == NULL) library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  return library;
}
// Whether it is installed. None of the functions below may be called where it is not.
static inline bool curl_is_there(void) { return curl_library() != NULL; }
static inline void *curl_found(const char *name) {
  void *function = dlsym(curl_library(), name);
  if (function == NULL) abort();
  return function;
}
#define CURL_LATE(function) ((__typeof__(&function))curl_found(#function))

static inline CURLcode curl_late_global_init(long flags) {
  return CURL_LATE(curl_global_init)(flags);
}
static inline CURLM *curl_late_multi_init(void) { return CURL_LATE(curl_multi_init)(); }
static inline CURLMcode curl_late_multi_cleanup(CURLM *multi) {
  return CURL_LATE(curl_multi_cleanup)(multi);
}
static inline CURLMcode curl_late_multi_poll(
    CURLM *multi, struct curl_waitfd *more, unsigned int count, int milliseconds, int *ready) {
  return CURL_LATE(curl_multi_poll)(multi, more, count, milliseconds, ready);
}
static inline CURLMcode curl_late_multi_perform(CURLM *multi, int *running) {
  return CURL_LATE(curl_multi_perform)(multi, running);
}
static inline CURLMsg *curl_late_multi_info_read(CURLM *multi, int *left) {
  return CURL_LATE(curl_multi_info_read)(multi, left);
}
static inline CURLMcode curl_late_multi_add_handle(CURLM *multi, CURL *easy) {
  return CURL_LATE(curl_multi_add_handle)(multi, easy);
}
static inline CURLMcode curl_late_multi_remove_handle(CURLM *multi, CURL *easy) {
  return CURL_LATE(curl_multi_remove_handle)(multi, easy);
}
static inline CURL *curl_late_easy_init(void) { return CURL_LATE(curl_easy_init)(); }
static inline void curl_late_easy_cleanup(CURL *easy) { CURL_LATE(curl_easy_cleanup)(easy); }
static inline struct curl_slist *curl_late_slist_append(struct curl_slist *list, const char *text) {
  return CURL_LATE(curl_slist_append)(list, text);
}
static inline void curl_late_slist_free_all(struct curl_slist *list) {
  CURL_LATE(curl_slist_free_all)(list);
}

static inline CURLcode curl_set_number(CURL *easy, CURLoption option, long value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_set_writer(CURL *easy, CURLoption option, curl_write_callback value) {
  return CURL_LATE(curl_easy_setopt)(easy, option, value);
}
static inline CURLcode curl_get_number(CURL *easy, CURLINFO fact, long *value) {
  return CURL_LATE(curl_easy_getinfo)(easy, fact, value);
}
static inline CURLcode curl_get_offset(CURL *easy, CURLINFO fact, curl_off_t *value) {
  return CURL_LATE(curl_easy_getinfo)(easy, fact, value);
}
static inline CURLcode curl_result(const CURLMsg *message) { return message->data.result; }
