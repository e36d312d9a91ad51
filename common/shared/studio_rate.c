#include "common/shared/studio_rate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"

enum { TEXT_BYTES = 16 };

static const char *rate_file(const struct paths *paths, char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "%.*s/audio.rate", PATH_MAX - 16, paths->data);
    return to;
}

uint32_t studio_rate_noted(const struct paths *paths)
{
    char path[PATH_MAX];
    struct buffer text = { 0 };
    uint32_t rate = STUDIO_RATE;

    if (file_read_all(rate_file(paths, path), TEXT_BYTES, &text, NULL) == ERR_OK) {
        buffer_add(&text, "", 1);
        rate = (uint32_t)strtoul((const char *)text.at, NULL, 10);
    }
    buffer_free(&text);
    return rate;
}

enum err studio_rate_note(const struct paths *paths, uint32_t rate, struct fault *fault)
{
    char path[PATH_MAX], text[TEXT_BYTES];

    (void)snprintf(text, sizeof(text), "%u\n", rate);
    return file_write_soon(rate_file(paths, path), bytes_of(text, strlen(text)), 0600, fault);
}

uint32_t studio_rate_scale(uint32_t rate)
{
    uint32_t scale = 1;

    while (scale < STUDIO_RATE_SCALES && rate > scale * STUDIO_RATE)
        scale *= 2;
    return scale;
}
