/* hydrogen.c: <song><version>1.2</version><instrumentList><instrument><name>Kick</name><drumkit>GMRockKit</drumkit>
 * <layer><filename>kick.wav</filename>. A file's path begins with the folder of its kit (<drumkitPath>, since 1.2) or
 * with the kit's name, unless it is absolute. */
#include <string.h>

#include "services/worker/sessions/formats.h"
#include "services/worker/sessions/xml.h"

struct hydrogen {
    struct references *to;
    struct text kit, folder, instrument; /* of the current instrument */
};

static bool is_below(const struct xml_element *element, const char *around)
{
    return strstr(element->path, around) != NULL;
}

static void begin_hydrogen_element(void *state, const struct xml_element *element)
{
    struct hydrogen *hydrogen = state;

    if (strcmp(element->name, "instrument") == 0)
        hydrogen->kit = hydrogen->folder = hydrogen->instrument = (struct text){ 0 };
}

static struct text keep_text(struct hydrogen *hydrogen, struct text text)
{
    return arena_utf8(hydrogen->to->arena, bytes_of(text.at, text.len), REFERENCE_TRACK_MAX);
}

static void add_sample(struct hydrogen *hydrogen, struct text file)
{
    struct text path = file, kit = hydrogen->folder.len ? hydrogen->folder : hydrogen->kit;

    if (file.len && file.at[0] != '/' && kit.len)
        path = arena_printf(hydrogen->to->arena, "%.*s/%.*s", TEXT_ARG(kit), TEXT_ARG(file));
    references_add(hydrogen->to, path, hydrogen->instrument, 0, 0);
}

static void end_hydrogen_element(void *state, const struct xml_element *element, struct text text)
{
    struct hydrogen *hydrogen = state;

    if (strcmp(element->name, "filename") == 0 && is_below(element, "instrument/"))
        add_sample(hydrogen, text);
    else if (strcmp(element->name, "drumkit") == 0 && is_below(element, "instrument/"))
        hydrogen->kit = keep_text(hydrogen, text);
    else if (strcmp(element->name, "drumkitPath") == 0 && is_below(element, "instrument/") &&
             text_starts(text, TEXT("/")))
        hydrogen->folder = arena_text(hydrogen->to->arena, text);
    else if (strcmp(element->name, "name") == 0 && is_below(element, "instrument/name"))
        hydrogen->instrument = keep_text(hydrogen, text);
    else if (strcmp(element->path, "song/version") == 0)
        references_program(hydrogen->to, TEXT("Hydrogen"), text);
}

enum err hydrogen_read(struct unpack *unpack, struct references *to, struct fault *fault)
{
    struct hydrogen hydrogen = { .to = to };
    const struct xml_events events = { begin_hydrogen_element, end_hydrogen_element, &hydrogen, NULL };

    references_program(to, TEXT("Hydrogen"), TEXT(""));
    return xml_read(unpack, &events, fault);
}
