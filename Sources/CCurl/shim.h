#ifndef CHIDORI_CCURL_H
#define CHIDORI_CCURL_H

#include <curl/curl.h>
#include <dlfcn.h>
#include <stddef.h>

// libcurl's functions, found at run time: a command that never asks a server does not pay for loading libcurl and the
// thirty libraries behind it. The types are the header's own, so a wrong call does not compile.
struct CurlFunctions {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_version_info) version_info;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_setopt) easy_setopt;
    __typeof__(&curl_easy_getinfo) easy_getinfo;
    __typeof__(&curl_easy_reset) easy_reset;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_setopt) multi_setopt;
    __typeof__(&curl_multi_add_handle) multi_add_handle;
    __typeof__(&curl_multi_remove_handle) multi_remove_handle;
    __typeof__(&curl_multi_perform) multi_perform;
    __typeof__(&curl_multi_poll) multi_poll;
    __typeof__(&curl_multi_wakeup) multi_wakeup;
    __typeof__(&curl_multi_info_read) multi_info_read;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
};

// Fills the table from a library that dlopen gave. Returns the name of the first function that it lacks, or NULL.
static inline const char *chidori_curl_find(struct CurlFunctions *table, void *library) {
#define CHIDORI_CURL_FIND(name)                                                        \
    table->name = (__typeof__(table->name))dlsym(library, "curl_" #name);              \
    if (!table->name) return "curl_" #name
    CHIDORI_CURL_FIND(global_init);
    CHIDORI_CURL_FIND(version_info);
    CHIDORI_CURL_FIND(easy_init);
    CHIDORI_CURL_FIND(easy_setopt);
    CHIDORI_CURL_FIND(easy_getinfo);
    CHIDORI_CURL_FIND(easy_reset);
    CHIDORI_CURL_FIND(easy_cleanup);
    CHIDORI_CURL_FIND(easy_strerror);
    CHIDORI_CURL_FIND(slist_append);
    CHIDORI_CURL_FIND(slist_free_all);
    CHIDORI_CURL_FIND(multi_init);
    CHIDORI_CURL_FIND(multi_setopt);
    CHIDORI_CURL_FIND(multi_add_handle);
    CHIDORI_CURL_FIND(multi_remove_handle);
    CHIDORI_CURL_FIND(multi_perform);
    CHIDORI_CURL_FIND(multi_poll);
    CHIDORI_CURL_FIND(multi_wakeup);
    CHIDORI_CURL_FIND(multi_info_read);
    CHIDORI_CURL_FIND(multi_cleanup);
#undef CHIDORI_CURL_FIND
    return NULL;
}

// Swift calls no functions of variable arguments; these are the kinds of option that are set and asked.

static inline CURLcode chidori_curl_set_long(const struct CurlFunctions *table, CURL *handle, CURLoption option, long value) {
    return table->easy_setopt(handle, option, value);
}

static inline CURLcode chidori_curl_set_text(const struct CurlFunctions *table, CURL *handle, CURLoption option, const char *value) {
    return table->easy_setopt(handle, option, value);
}

static inline CURLcode chidori_curl_set_pointer(const struct CurlFunctions *table, CURL *handle, CURLoption option, void *value) {
    return table->easy_setopt(handle, option, value);
}

static inline CURLcode chidori_curl_set_offset(const struct CurlFunctions *table, CURL *handle, CURLoption option, curl_off_t value) {
    return table->easy_setopt(handle, option, value);
}

// Takes what came, or gives what is to be sent.
typedef size_t (*ChidoriCurlReceiver)(char *bytes, size_t one, size_t count, void *context);

static inline CURLcode chidori_curl_set_receiver(const struct CurlFunctions *table, CURL *handle, CURLoption option, ChidoriCurlReceiver value) {
    return table->easy_setopt(handle, option, value);
}

typedef int (*ChidoriCurlSeeker)(void *context, curl_off_t offset, int origin);

static inline CURLcode chidori_curl_set_seeker(const struct CurlFunctions *table, CURL *handle, CURLoption option, ChidoriCurlSeeker value) {
    return table->easy_setopt(handle, option, value);
}

// Opens a socket for an address that is about to be connected to.
typedef curl_socket_t (*ChidoriCurlOpener)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode chidori_curl_set_opener(const struct CurlFunctions *table, CURL *handle, CURLoption option, ChidoriCurlOpener value) {
    return table->easy_setopt(handle, option, value);
}

static inline CURLcode chidori_curl_get_long(const struct CurlFunctions *table, CURL *handle, CURLINFO what, long *value) {
    return table->easy_getinfo(handle, what, value);
}

static inline CURLMcode chidori_curl_multi_set_long(const struct CurlFunctions *table, CURLM *handle, CURLMoption option, long value) {
    return table->multi_setopt(handle, option, value);
}

// A finished transfer's result lies in a union, which Swift cannot read by name in every version of the header.
static inline CURLcode chidori_curl_result(const CURLMsg *message) {
    return message->data.result;
}

#endif
