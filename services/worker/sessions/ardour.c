/* ardour.c: <Session><program-version created-with="Ardour 7.3"/><Sources><Source id="7" name="kick.wav"
 * origin="/music/kick.wav"/>…<Playlist name="Drums.1"><Region source-0="7"/>. An embedded file has its path as name; a
 * copied one has its path in origin. Each channel of a file is a source of its own, with the same name. */
#include <stdlib.h>
#include <string.h>

#include "services/worker/sessions/formats.h"
#include "services/worker/sessions/xml.h"

enum { SOURCES_MAX = 4 * REFERENCES_MAX };

struct ardour {
    struct references *to;
    struct id_table sources; /* by their ids: the place of the reference, and 1 */
    char playlist[REFERENCE_TRACK_MAX + 1];
};

static struct text path_of_source(const struct xml_element *source)
{
    const char *name = xml_attribute(source, "name"), *origin = xml_attribute(source, "origin");

    return text_of(name[0] != '/' && origin[0] == '/' ? origin : name);
}

static void add_source(struct ardour *ardour, const struct xml_element *source)
{
    const struct session_reference_list *list = &ardour->to->to->references;
    const char *length = xml_attribute(source, "length"), *type = xml_attribute(source, "type");
    struct session_reference *added = NULL;
    uint32_t *number;

    if (type[0] == 0 || strcmp(type, "audio") == 0)
        added = references_add(ardour->to, path_of_source(source), TEXT(""), 0, strtoll(length, NULL, 10));
    if (!added || ardour->sources.count == SOURCES_MAX)
        return;
    number = id_table_number(&ardour->sources, references_key(text_of(xml_attribute(source, "id"))));
    if (number && !*number)
        *number = (uint32_t)(added - list->at) + 1;
}

/* A playlist has the name of its track, a dot and a number. */
static void begin_playlist(struct ardour *ardour, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : strlen(name);

    if (len > REFERENCE_TRACK_MAX)
        len = REFERENCE_TRACK_MAX;
    memcpy(ardour->playlist, name, len);
    ardour->playlist[len] = 0;
}

static void name_track(struct ardour *ardour, const char *source)
{
    struct id key = references_key(text_of(source));
    const struct session_reference *named;

    if (!source[0] || !id_table_has(&ardour->sources, key))
        return;
    named = &ardour->to->to->references.at[*id_table_number(&ardour->sources, key) - 1];
    if (!named->track.len)
        references_add(ardour->to, (struct text){ named->path.len, (const char *)named->path.at },
                       text_of(ardour->playlist), 0, 0);
}

static void begin_ardour_element(void *state, const struct xml_element *element)
{
    struct ardour *ardour = state;

    if (strcmp(element->name, "program-version") == 0) {
        const char *by = xml_attribute(element, "modified-with");
        const char *version = strrchr(by[0] ? by : xml_attribute(element, "created-with"), ' ');
        references_program(ardour->to, TEXT("Ardour"), text_of(version ? version + 1 : ""));
    } else if (strcmp(element->name, "Source") == 0) {
        add_source(ardour, element);
    } else if (strcmp(element->name, "Playlist") == 0) {
        begin_playlist(ardour, xml_attribute(element, "name"));
    } else if (strcmp(element->name, "Region") == 0 && ardour->playlist[0]) {
        name_track(ardour, xml_attribute(element, "source-0"));
    }
}

static void end_ardour_element(void *state, const struct xml_element *element, struct text text)
{
    struct ardour *ardour = state;

    (void)text;
    if (strcmp(element->name, "Playlist") == 0)
        ardour->playlist[0] = 0;
}

enum err ardour_read(struct unpack *unpack, struct references *to, struct fault *fault)
{
    struct ardour ardour = { .to = to };
    const struct xml_events events = { begin_ardour_element, end_ardour_element, &ardour, NULL };
    enum err e;

    references_program(to, TEXT("Ardour"), TEXT(""));
    e = xml_read(unpack, &events, fault);
    id_table_free(&ardour.sources);
    return e;
}
