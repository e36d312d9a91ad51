#include "services/indexer/scan/project_media.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/beneath/beneath.h"
#include "common/file.h"

static const char media_audio[] = "/Media/Audio";

bool project_media_is(const char *path)
{
    return text_ends(text_of(path), text_of(media_audio));
}

enum err project_media_find(const struct paths *paths, const struct indexer_add_library *ask, const char *asked,
                            char real[PATH_MAX], struct fault *fault)
{
    struct beneath in;
    char project[PATH_MAX];
    enum err e;

    if (!ask->has_project || !project_media_is(asked))
        return realpath(asked, real) ? ERR_OK : file_refuse(fault, "find", asked);
    (void)snprintf(project, sizeof(project), "%.*s", (int)(strlen(asked) - strlen(media_audio)), asked);
    e = beneath_open(&in, project, paths->data, fault);
    if (e == ERR_OK)
        e = beneath_find_folder(&in, media_audio + 1, false, real, fault);
    beneath_close(&in);
    return e;
}
