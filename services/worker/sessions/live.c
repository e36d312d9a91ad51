/* live.c: gzip; <Ableton Creator="Ableton Live 11.0">…<SampleRef><FileRef>…</FileRef><DefaultDuration Value="44100"/>.
 *   Live 11, 12   <RelativePath Value="../kick.wav"/><Path Value="/music/kick.wav"/><OriginalFileSize Value="88244"/>
 *   Live 9, 10    <RelativePath><RelativePathElement Dir="Samples"/></RelativePath><Name Value="kick.wav"/>
 *                 …<SearchHint><FileSize Value="88244"/>
 * The track's name comes before its devices and clips: <EffectiveName Value="Drums"/>. */
#include <stdlib.h>
#include <string.h>

#include "services/worker/sessions/formats.h"
#include "services/worker/sessions/xml.h"

enum { TYPE_OF_PROJECT = 3 /* the greatest type of a path that is relative to the project */ };

struct live {
    struct references *to;
    char track[REFERENCE_TRACK_MAX + 1];
    char path[REFERENCE_PATH_MAX + 1], relative[REFERENCE_PATH_MAX + 1], name[REFERENCE_TRACK_MAX + 1];
    bool is_elsewhere; /* the relative path is not of the project: of the user library, of a pack */
    uint64_t size;
    int64_t frames;
};

static void set_text(char *to, size_t size, const char *from)
{
    if (!text_copy(to, size, text_of(from)))
        to[0] = 0;
}

/* An element with an empty name is the folder above. */
static void add_live_folder(struct live *live, const char *folder)
{
    size_t len = strlen(live->relative), more = strlen(folder[0] ? folder : "..");

    if (len + more + 2 > sizeof(live->relative))
        return;
    memcpy(live->relative + len, folder[0] ? folder : "..", more);
    memcpy(live->relative + len + more, "/", 2);
}

static void begin_live_element(void *state, const struct xml_element *element)
{
    struct live *live = state;
    const char *value = xml_attribute(element, "Value");
    const struct text path = text_of(element->path);

    if (element->depth == 1)
        references_program(live->to, TEXT("Ableton Live"),
                           text_of(xml_attribute(element, "Creator") +
                                   strcspn(xml_attribute(element, "Creator"), "0123456789")));
    else if (text_ends(path, TEXT("Track/Name/EffectiveName")))
        set_text(live->track, sizeof(live->track), value);
    else if (strcmp(element->name, "SampleRef") == 0)
        live->path[0] = live->relative[0] = live->name[0] = 0, live->is_elsewhere = false, live->size = 0,
        live->frames = 0;
    else if (text_ends(path, TEXT("SampleRef/FileRef/Path")))
        set_text(live->path, sizeof(live->path), value);
    else if (text_ends(path, TEXT("SampleRef/FileRef/RelativePathType")))
        live->is_elsewhere = strtol(value, NULL, 10) > TYPE_OF_PROJECT;
    else if (text_ends(path, TEXT("SampleRef/FileRef/RelativePath")) && value[0])
        set_text(live->relative, sizeof(live->relative), value);
    else if (text_ends(path, TEXT("SampleRef/FileRef/RelativePath/RelativePathElement")))
        add_live_folder(live, xml_attribute(element, "Dir"));
    else if (text_ends(path, TEXT("SampleRef/FileRef/Name")))
        set_text(live->name, sizeof(live->name), value);
    else if (text_ends(path, TEXT("SampleRef/FileRef/OriginalFileSize")) ||
             text_ends(path, TEXT("SampleRef/FileRef/SearchHint/FileSize")))
        live->size = strtoull(value, NULL, 10);
    else if (text_ends(path, TEXT("SampleRef/DefaultDuration")))
        live->frames = strtoll(value, NULL, 10);
}

/* The absolute path may be of another machine, so one relative to the project is preferred. */
static void end_live_element(void *state, const struct xml_element *element, struct text text)
{
    struct live *live = state;
    bool is_absolute = live->path[0] && (live->is_elsewhere || !live->relative[0]);
    struct text path = text_of(is_absolute ? live->path : live->relative);

    (void)text;
    if (strcmp(element->name, "SampleRef") != 0)
        return;
    if (!is_absolute && live->relative[0] && live->name[0] && live->relative[strlen(live->relative) - 1] == '/')
        path = arena_printf(live->to->arena, "%s%s", live->relative, live->name);
    else if (!path.len)
        path = text_of(live->name);
    references_add(live->to, path, text_of(live->track), live->size, live->frames);
}

enum err live_read(struct unpack *unpack, struct references *to, struct fault *fault)
{
    struct live *live = arena_alloc(to->arena, sizeof(*live));
    const struct xml_events events = { begin_live_element, end_live_element, live, NULL };

    live->to = to;
    references_program(to, TEXT("Ableton Live"), TEXT(""));
    return xml_read(unpack, &events, fault);
}
