#include "frontends/web/dist.h"

#include <stdlib.h>
#include <string.h>

/* For each file: its size in decimal digits, a space, its path, a line end, and its bytes. */
__asm__(".section .rodata\n"
        ".balign 16\n"
        "dist_files:\n"
        ".incbin \"" WEB_DIST "\"\n"
        "dist_files_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const uint8_t dist_files[] __attribute__((visibility("hidden")));
extern const uint8_t dist_files_end[] __attribute__((visibility("hidden")));

static const char *media_type_of_file(const char *path)
{
    static const char *const types[][2] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".json", "application/json" },
        { ".webmanifest", "application/manifest+json" },
        { ".woff2", "font/woff2" },
        { ".wasm", "application/wasm" },
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

const struct dist_file *dist_find(const char *path)
{
    static _Thread_local struct dist_file found;
    const char *at = (const char *)dist_files, *end = (const char *)dist_files_end;
    size_t len = strlen(path);

    while (at < end) {
        char *name;
        size_t size = strtoull(at, &name, 10);
        const char *line = memchr(name, '\n', (size_t)(end - name));

        if (!line)
            return NULL;
        name++;
        if ((size_t)(line - name) == len && memcmp(name, path, len) == 0) {
            found = (struct dist_file){ (const uint8_t *)line + 1, size, media_type_of_file(path),
                                        strncmp(path, "assets/", 7) == 0 };
            return &found;
        }
        at = line + 1 + size;
    }
    return NULL;
}
