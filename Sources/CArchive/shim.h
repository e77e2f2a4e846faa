#ifndef CHIDORI_CARCHIVE_H
#define CHIDORI_CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <stddef.h>

// libarchive's functions, found at run time: most commands read no archive but wheels, and do not pay for loading
// libarchive and the ten libraries behind it. The types are the header's own, so a wrong call does not compile.
#define CHIDORI_ARCHIVE_FUNCTIONS(function)                                            \
    function(archive_read_new)                                                         \
    function(archive_read_support_filter_gzip) function(archive_read_support_filter_bzip2) \
    function(archive_read_support_filter_xz) function(archive_read_support_filter_lzma) \
    function(archive_read_support_filter_lzip) function(archive_read_support_filter_zstd) \
    function(archive_read_support_filter_compress) function(archive_filter_count)      \
    function(archive_read_support_format_tar) function(archive_read_support_format_zip) \
    function(archive_read_open_filename)                                               \
    function(archive_read_next_header) function(archive_read_data_block)               \
    function(archive_read_free) function(archive_error_string)                         \
    function(archive_entry_pathname) function(archive_entry_pathname_utf8)             \
    function(archive_entry_hardlink) function(archive_entry_hardlink_utf8)             \
    function(archive_entry_symlink) function(archive_entry_symlink_utf8)               \
    function(archive_entry_filetype) function(archive_entry_perm)                      \
    function(archive_entry_size) function(archive_entry_size_is_set)                   \
    function(archive_entry_mtime) function(archive_entry_uid) function(archive_entry_gid) \
    function(archive_entry_rdevmajor) function(archive_entry_rdevminor)                \
    function(archive_entry_xattr_reset) function(archive_entry_xattr_next)

struct ArchiveFunctions {
#define CHIDORI_ARCHIVE_FIELD(name) __typeof__(&name) name;
    CHIDORI_ARCHIVE_FUNCTIONS(CHIDORI_ARCHIVE_FIELD)
#undef CHIDORI_ARCHIVE_FIELD
};

// Fills the table from a library that dlopen gave. Returns the name of the first function that it lacks, or NULL.
static inline const char *chidori_archive_find(struct ArchiveFunctions *table, void *library) {
#define CHIDORI_ARCHIVE_FIND(name)                                                     \
    table->name = (__typeof__(table->name))dlsym(library, #name);                      \
    if (!table->name) return #name;
    CHIDORI_ARCHIVE_FUNCTIONS(CHIDORI_ARCHIVE_FIND)
#undef CHIDORI_ARCHIVE_FIND
    return NULL;
}

#endif
